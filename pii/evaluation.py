"""Scores the detector on marked documents, by label, tier and language, with the list of mistakes.

A mark is caught when at least 60 % of its letters and digits lie under findings of its own tier or a stricter one (all
digits, for identifiers). A finding is right when it overlaps a mark of its own tier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pii.documents import Marked
from pii.findings import Finding
from pii.labels import RANK, Label, Tier, tier_of

_IDENTIFIERS = frozenset({Label.NATIONAL_ID, Label.ID_DOCUMENT, Label.BANK})
_SHARE = 0.6


@dataclass(slots=True)
class Tally:
    """Counts of marks and findings; recall and precision are 1.0 where there is nothing to count."""

    marks: int = 0
    caught: int = 0
    findings: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """Share of the marks that were caught."""
        return self.caught / self.marks if self.marks else 1.0

    @property
    def precision(self) -> float:
        """Share of the findings that were right."""
        return self.right / self.findings if self.findings else 1.0


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mark that was missed or a finding that was wrong: the document, the label and where it stands."""

    document: str
    kind: str
    label: Label
    start: int
    end: int


@dataclass(slots=True)
class Report:
    """The outcome of an evaluation."""

    labels: dict[Label, Tally] = field(default_factory=dict)
    tiers: dict[Tier, Tally] = field(default_factory=dict)
    languages: dict[tuple[str, Tier], Tally] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    characters: int = 0
    wrongly_restricted: int = 0

    def _tallies(self, language: str, label: Label) -> tuple[Tally, Tally, Tally]:
        tier = tier_of(label)
        return (
            self.labels.setdefault(label, Tally()),
            self.tiers.setdefault(tier, Tally()),
            self.languages.setdefault((language, tier), Tally()),
        )

    def add(self, document: Marked, findings: Iterable[Finding]) -> None:
        """Count one document."""
        found = list(findings)
        self.characters += len(document.text)
        for start, end, label in document.spans:
            hit = _caught(document.text, start, end, label, found)
            for tally in self._tallies(document.language, label):
                tally.marks += 1
                tally.caught += hit
            if not hit:
                self.mistakes.append(Mistake(document.id, "missed", label, start, end))
        for finding in found:
            right = any(
                tier_of(label) is finding.tier and start < finding.end and finding.start < end
                for start, end, label in document.spans
            )
            for tally in self._tallies(document.language, finding.label):
                tally.findings += 1
                tally.right += right
            if not right:
                self.mistakes.append(Mistake(document.id, "wrong", finding.label, finding.start, finding.end))
                if finding.tier is Tier.RESTRICTED:
                    self.wrongly_restricted += finding.end - finding.start


def _caught(text: str, start: int, end: int, label: Label, findings: list[Finding]) -> bool:
    level = RANK[tier_of(label)]
    covered: set[int] = set()
    for found in findings:
        if RANK[found.tier] >= level:
            covered.update(range(max(start, found.start), min(end, found.end)))
    digits = label in _IDENTIFIERS and any(char.isdigit() for char in text[start:end])
    wanted = [at for at in range(start, end) if (text[at].isdigit() if digits else text[at].isalnum())]
    hit = sum(at in covered for at in wanted)
    return hit == len(wanted) if label in _IDENTIFIERS else hit >= _SHARE * len(wanted)


def evaluate(documents: Iterable[Marked]) -> Report:
    """Run the detector over marked documents and score it."""
    from pii.pipeline import detect

    report = Report()
    for document in documents:
        report.add(document, detect(document.text))
    return report

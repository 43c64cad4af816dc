"""A candidate: a stretch that may disclose something, before and after its context was weighed."""

from __future__ import annotations

from dataclasses import dataclass, field

from pii.labels import Label


@dataclass(slots=True)
class Candidate:
    """A stretch with the label it would get, the rule that proposed it and what the context made of it.

    ``score`` is the belief in 0..1; ``dismissed`` is "" or says why the context spoke against it. ``owner`` keeps
    weaker candidates of other rules out of its characters even when dismissed (a failed number still owns its digits).
    ``first`` and ``last`` (exclusive) are the words of a candidate that came from words, else -1.
    """

    start: int
    end: int
    label: Label
    score: float
    reason: str
    dismissed: str = ""
    owner: bool = False
    rule: str = ""
    first: int = -1
    last: int = -1
    kind: str = ""
    cores: list[tuple[int, int]] = field(default_factory=list)
    tight: bool = False
    phrase: str = ""

    def __post_init__(self) -> None:
        """Remember the words that gave the candidate, also when candidates are made one."""
        if not self.cores and self.first >= 0:
            self.cores = [(self.first, self.last)]

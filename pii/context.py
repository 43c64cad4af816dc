"""Weighs each candidate by its context: who has it, in which section, in what kind of sentence.

Every candidate from words gets features; hand-set weights give a first belief, and the trained model adds its own.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from pii.candidates import Candidate
from pii.clauses import Clauses
from pii.labels import RANK, Label, tier_of
from pii.model import shipped_model
from pii.text import Page

PERSONAL_SECTIONS = frozenset({"personal", "health", "gap", "remarks", "character"})
WORK_SECTIONS = frozenset({"experience", "education", "skills", "publications"})
_RESTRICTED = frozenset(label for label in Label if RANK[tier_of(label)] == 2)
_START = {"sure": 2.2, "self": -0.6, "weak": -2.6, "field": 2.6, "partner": 1.5}
# Weight of each feature for a candidate of the restricted labels.
_WEIGHTS = {
    "self_clause": 1.5, "self_sentence": 0.9, "self_block": 0.4, "relative": 1.3, "section_personal": 1.3,
    "section_work": -0.9, "section_pay": -0.3, "own_cell": 1.2, "job_clause": -1.1, "job_sentence": -0.9,
    "job_many": -0.8, "other": -1.5, "other_clause": -0.6, "vacancy": -1.6, "quoted": -0.9, "supported": 0.8,
    "date_line": -0.2, "hobbies": 0.5, "letter": 0.3, "negative": 0.5, "number_label": 0.0, "gap": 1.2,
    "doc_work": -0.8, "doc_clean": 0.6, "language": -3.0, "question": -1.0, "several": -1.7, "third": 0.8,
}  # fmt: skip
_HOBBY_LABELS = frozenset({Label.RELIGION, Label.POLITICS, Label.UNION, Label.ETHNICITY, Label.SEXUALITY})
_SPOKEN = frozenset({Label.ETHNICITY, Label.PERSONAL})
_MEMBERSHIP = frozenset({Label.POLITICS, Label.UNION})
_HEAD_BLOCKS = 13
# A missed disclosure weighs more than a needless mask, so doubt leans towards flagging.
_LEAN = 0.3
_GAP = re.compile(r"(?:19|20)\d\d ?[-–] ?(?:(?:19|20)\d\d|\d\d[./]\d{4})")


@dataclass(frozen=True, slots=True)
class Situation:
    """What stands around a candidate: named features, and the clause and sentence as word indices."""

    features: dict[str, float]
    clause: tuple[int, int]
    sentence: tuple[int, int]


def situation(page: Page, clauses: Clauses, candidate: Candidate, labels_at: dict[Label, list[int]]) -> Situation:
    """Describe the context of a candidate that came from words."""
    first, last = candidate.first, candidate.last
    begin, end = clauses.sentence(first, last)
    left, right = clauses.clause(first, last)
    block = page.block_at(candidate.start)
    section = block.section
    features: dict[str, float] = {}
    if clauses.count("self", left, right):
        features["self_clause"] = 1.0
    if clauses.count("self", begin, end):
        features["self_sentence"] = 1.0
    elif clauses.count("self", block.first, block.last):
        features["self_block"] = 1.0
    for cue in ("relative", "vacancy", "third"):
        if clauses.count(cue, begin, end):
            features[cue] = 1.0
    job = _outside(clauses, "job", begin, end, first, last)
    if _outside(clauses, "job", left, right, first, last):
        features["job_clause"] = 1.0
    if job:
        features["job_sentence"] = 1.0
    if job > 2:
        features["job_many"] = 1.0
    if _outside(clauses, "other", begin, end, first, last):
        features["other"] = 1.0
    if _outside(clauses, "other", left, right, first, last):
        features["other_clause"] = 1.0
    if clauses.quoted(page.starts[first], page.ends[last - 1]):
        features["quoted"] = 1.0
        if clauses.count("vacancy", block.first, block.last):
            features["vacancy"] = 1.0
    if candidate.label in _SPOKEN and (section == "languages" or _among_languages(clauses, begin, end)):
        features["language"] = 1.0
    if not job and "other" not in features and clauses.count("gap", begin, end):
        features["gap"] = 1.0
    if clauses.count("negative", left, right):
        features["negative"] = 1.0
    features |= _by_section(section, candidate.label)
    if end < len(page.words) and page.low.startswith("?", page.starts[end]):
        features["question"] = 1.0
    if candidate.label in _MEMBERSHIP and clauses.count("organisation", begin, end) > 1:
        features["several"] = 1.0
    if candidate.kind == "weak" and candidate.label is Label.PERSONAL and _age_follows(page, last):
        features["supported"] = 1.0
    if last - first >= 0.5 * (end - begin) and end - begin <= 9:
        features["own_cell"] = 1.0
    others = labels_at.get(candidate.label, [])
    if bisect_left(others, first - 2) > bisect_left(others, begin) or bisect_left(others, end) > bisect_right(
        others, first + 2
    ):
        features["supported"] = 1.0
    if _GAP.match(page.low, block.start, block.start + 24):
        features["date_line"] = 1.0
    return Situation(features, (left, right), (begin, end))


def _by_section(section: str, label: Label) -> dict[str, float]:
    """Give the features of a section: of the person, of work (and of experience), of pay, of memberships."""
    if section in PERSONAL_SECTIONS:
        return {"section_personal": 1.0}
    if section in WORK_SECTIONS:
        return {"experience": 1.0, "section_work": 1.0} if section == "experience" else {"section_work": 1.0}
    if section == "pay":
        return {"section_pay": 1.0}
    return {"hobbies": 1.0} if section == "hobbies" and label in _HOBBY_LABELS else {}


def _among_languages(clauses: Clauses, begin: int, end: int) -> bool:
    """A word for a people names a language beside words for skill in one, or in a column of such lines."""
    if clauses.count("language", begin, end):
        return True
    return end - begin < 5 and clauses.count("language", max(0, begin - 14), end + 14) > 1


def _age_follows(page: Page, at: int) -> bool:
    """A nationality and a bare number of an age ("Belgian, 33")."""
    words = page.words
    return (
        at + 2 < len(words)
        and words[at] == ","
        and words[at + 1].isdigit()
        and 16 <= int(words[at + 1][:4]) <= 70
        and words[at + 2] in "|,"
    )


def _outside(clauses: Clauses, cue: str, begin: int, end: int, first: int, last: int) -> int:
    """Count cues in a stretch, leaving out those that are words of the candidate itself."""
    return clauses.count(cue, begin, end) - clauses.count(cue, max(begin, first), min(end, last))


def weigh(page: Page, clauses: Clauses, candidates: list[Candidate]) -> None:
    """Change the scores of the candidates and dismiss those whose context speaks against them."""
    judged = situations(page, clauses, candidates)
    model = shipped_model()
    for candidate, around in judged:
        if candidate.rule in ("term", "field") and (
            clauses.other_meaning(candidate.first, candidate.last) or _of_golf(page, candidate)
        ):
            candidate.dismissed = "part of a phrase with another meaning"
            candidate.score = 0.0
            continue
        logit = hand_logit(candidate, around)
        if model is not None and candidate.rule == "term" and candidate.label in _RESTRICTED:
            logit += model.logit(features_of(page, candidate, around))
        candidate.score = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
        if candidate.score < 0.5:
            candidate.dismissed = _why_not(around)


def _of_golf(page: Page, candidate: Candidate) -> bool:
    """A handicap is a golfer's when golf is near or a bare number follows."""
    if candidate.label is not Label.HEALTH or not page.words[candidate.first].startswith("handicap"):
        return False
    block = page.block_at(candidate.start)
    if "golf" in page.low[block.start : block.end]:
        return True
    after = page.low[page.ends[candidate.first] : page.ends[candidate.first] + 8]
    return bool(re.match(r" \d{1,2}(?:[.,]\d)?(?![\d %])", after))


def situations(page: Page, clauses: Clauses, candidates: list[Candidate]) -> list[tuple[Candidate, Situation]]:
    """Describe the context of every candidate from words, also by how the rest of the document speaks of its subject."""
    labels_at: dict[Label, list[int]] = {}
    for candidate in candidates:
        if candidate.rule in ("term", "field", "age") and not (
            candidate.label is Label.PERSONAL and candidate.kind == "weak"
        ):
            labels_at.setdefault(candidate.label, []).append(candidate.first)
    for places in labels_at.values():
        places.sort()
    judged = [
        (candidate, situation(page, clauses, candidate, labels_at))
        for candidate in candidates
        if candidate.first >= 0 and candidate.rule in ("term", "field", "partner")
    ]
    zone = _pay_zone(page, candidates)
    at_work: dict[Label, set[int]] = {}
    for candidate, around in judged:
        features = around.features
        if (
            candidate.kind == "self"
            and "self_clause" not in features
            and ("job_sentence" in features or "other" in features)
        ):
            at_work.setdefault(candidate.label, set()).add(around.sentence[0])
    for candidate, around in judged:
        if candidate.label is Label.BENEFITS:
            index = page.block_index(candidate.start)
            if index in zone:
                around.features["pay_zone"] = 1.0
            if zone.get(index) == 0:
                around.features["pay_block"] = 1.0
            if clauses.count("wish", *around.sentence) or clauses.count("paid", *around.sentence):
                around.features["wish"] = 1.0
        if candidate.label is Label.PERSONAL and page.block_index(candidate.start) < _HEAD_BLOCKS:
            around.features["head"] = 1.0
        times = len(at_work.get(candidate.label, ()))
        if times > 2:
            around.features["doc_work"] = 1.0
        elif not times:
            around.features["doc_clean"] = 1.0
    return judged


def _pay_zone(page: Page, candidates: list[Candidate]) -> dict[int, int]:
    """Give the blocks that hold pay (0) or stand within two blocks of one (1 or 2), outside the sections on work."""
    zone: dict[int, int] = {}
    for candidate in candidates:
        if candidate.label is not Label.SALARY or candidate.score < 0.6:
            continue
        index = page.block_index(candidate.start)
        if page.blocks[index].section in ("experience", "education", "publications"):
            continue
        for near in range(max(0, index - 4), index + 5):
            distance = abs(near - index)
            zone[near] = min(distance, zone.get(near, 9))
    return zone


def hand_logit(candidate: Candidate, around: Situation) -> float:
    """Give the belief (log-odds) that the hand-set weights put in a candidate."""
    return _START.get(candidate.kind, 0.0) + _specific(candidate) + _judge(candidate, around)


def _specific(candidate: Candidate) -> float:
    """A phrase of several words says more than a word: 0, 0.5 or 0.9."""
    if candidate.kind != "self":
        return 0.0
    places = candidate.phrase.count(" ")
    return 0.0 if not places else 0.5 if places == 1 else 0.9


def features_of(page: Page, candidate: Candidate, around: Situation) -> list[str]:
    """Name the features of a candidate for the trained model: its situation and the words beside it."""
    label = candidate.label.value
    kind = candidate.kind
    out: list[str] = []
    for name in around.features:
        out.append(f"f:{name}:{kind}")
        out.append(f"f:{name}:{label}")
    begin, end = around.sentence
    words = page.words
    left, right = max(begin, candidate.first - 7), min(end, candidate.last + 7)
    out += [f"l:{word}" for word in words[left : candidate.first] if word not in "|,"]
    out += [f"r:{word}" for word in words[candidate.last : right] if word not in "|,"]
    return out


def _judge(candidate: Candidate, around: Situation) -> float:
    features = around.features
    if candidate.kind == "field":
        return (
            -2.0 * features.get("vacancy", 0)
            - 1.0 * features.get("other", 0)
            - 2.8 * (features.get("experience", 0) and candidate.label in _RESTRICTED | {Label.PERSONAL})
        )
    if candidate.label in _RESTRICTED:
        total = sum(_WEIGHTS.get(name, 0.0) * value for name, value in features.items())
        total += 0.6 * features.get("other", 0) * features.get("self_clause", 0)
        if candidate.label in _MEMBERSHIP:
            total += 0.5 * (features.get("job_clause", 0) + features.get("job_sentence", 0))
        total += _LEAN
        if candidate.kind == "weak":
            total -= 0.6 * features.get("self_clause", 0) + 0.4 * features.get("self_sentence", 0)
        if candidate.kind == "sure":
            total = 0.6 * total if total < 0 else total
        return total
    if candidate.label is Label.BENEFITS:
        return _benefit(candidate, features)
    if candidate.label in (Label.FAMILY, Label.PERSONAL):
        return _family(candidate, features)
    if candidate.label is Label.SALARY:
        return (
            -0.8
            + 2.0 * features.get("section_pay", 0)
            + features.get("self_sentence", 0)
            - 1.6 * features.get("section_work", 0)
            - features.get("job_sentence", 0)
            - 3 * features.get("vacancy", 0)
        )
    if candidate.label is Label.PSYCHE:
        return (
            0.4 * features.get("self_sentence", 0)
            - 1.0 * features.get("job_sentence", 0)
            - 1.5 * features.get("other", 0)
            - 3 * features.get("vacancy", 0)
            - 1.2 * features.get("section_work", 0)
        )
    return 0.0


def _benefit(candidate: Candidate, features: dict[str, float]) -> float:
    return (
        3.2 * features.get("section_pay", 0) + 1.3 * features.get("pay_zone", 0) + 1.0 * features.get("pay_block", 0)
        - 2.0 * (candidate.kind == "weak" and not features.get("pay_zone") and not features.get("section_pay"))
        + 0.7 * features.get("wish", 0) + 0.9 * features.get("self_sentence", 0)
        + 0.8 * features.get("supported", 0) - 1.8 * features.get("job_sentence", 0)
        - 0.8 * features.get("job_many", 0) - 1.4 * features.get("other", 0) - 2.6 * features.get("vacancy", 0)
        - 1.6 * features.get("quoted", 0)
        - 2.5 * features.get("quoted", 0) * features.get("vacancy", 0) - 1.6 * features.get("negative", 0) - 2.2 * features.get("section_work", 0)
    )  # fmt: skip


def _family(candidate: Candidate, features: dict[str, float]) -> float:
    total = (
        0.8 * features.get("self_sentence", 0) + 1.0 * features.get("section_personal", 0) + 1.0 * features.get("own_cell", 0)
        - 0.9 * features.get("job_sentence", 0) - 0.8 * features.get("job_many", 0) - 1.4 * features.get("other", 0)
        - 1.6 * features.get("vacancy", 0) - 0.9 * features.get("section_work", 0)
    )  # fmt: skip
    if candidate.phrase == "single":
        return total - 4.0 * (1 - features.get("own_cell", 0))
    if candidate.label is Label.PERSONAL and candidate.kind == "weak":
        total -= 3.0 * features.get("language", 0) * (1 - features.get("supported", 0))
        total += 2.6 * features.get("supported", 0) + 1.2 * features.get("head", 0) + 0.8 * features.get("own_cell", 0)
        total -= 0.0 if features.get("head") or features.get("section_personal") or features.get("supported") else 2.0
    elif candidate.kind == "weak":
        total += 1.0 * features.get("own_cell", 0) - 0.5
    return total


def _why_not(around: Situation) -> str:
    features = around.features
    if features.get("vacancy"):
        return "words of the vacancy"
    if features.get("other"):
        return "about clients, colleagues or others as part of the work"
    if features.get("job_sentence"):
        return "a task, product or subject of the work"
    if features.get("section_work"):
        return "in a section on work or study, with nothing that ties it to a person"
    return "nothing that ties it to a person"

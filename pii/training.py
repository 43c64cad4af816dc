"""Trains the context model on the documents that the project wrote for it.

Every run with the same documents, lexicons and seed gives the same bytes: the examples are taken in a fixed order and
the sums are made one by one in double precision.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from pii.context import features_of, hand_logit, situations
from pii.documents import Marked, read_documents, unmark
from pii.labels import RANK, tier_of
from pii.model import BUCKETS, Model, bucket

DOCUMENTS = Path(__file__).parent / "data" / "training"
SEED = 20240501
_MIXED = 160
_EPOCHS = 4
_RATE = 0.05
_DECAY = 0.1
_MAX_LINES = 26
_HEADINGS = {
    "nl": ("Werkervaring", "Opleiding", "Varia", "Persoonlijke gegevens", "Vrije tijd", "Vaardigheden", ""),
    "fr": ("Expérience professionnelle", "Formation", "Divers", "Données personnelles", "Loisirs", "Compétences", ""),
    "en": ("Work experience", "Education", "Remarks", "Personal details", "Interests", "Skills", ""),
    "de": ("Berufserfahrung", "Ausbildung", "Sonstiges", "Persönliche Daten", "Hobbys", "Kenntnisse", ""),
}

Example = tuple[tuple[int, ...], float, bool]


def examples(documents: Iterable[Marked]) -> Iterator[Example]:
    """Give (buckets, hand-set log-odds, whether it discloses) of every phrase that the lexicons find."""
    from pii.scan import propose

    for document in documents:
        scan = propose(document.text)
        for candidate, around in situations(scan.page, scan.clauses, scan.candidates):
            if candidate.rule != "term" or RANK[tier_of(candidate.label)] < 2:
                continue
            if scan.clauses.other_meaning(candidate.first, candidate.last):
                continue
            start, end = scan.page.starts[candidate.first], scan.page.ends[candidate.last - 1]
            level = RANK[tier_of(candidate.label)]
            discloses = any(s < end and start < e and RANK[tier_of(label)] == level for s, e, label in document.spans)
            names = features_of(scan.page, candidate, around)
            yield tuple(bucket(name) for name in names), hand_logit(candidate, around), discloses


def mixtures(paths: list[Path], seed: int = SEED) -> Iterator[Marked]:
    """Give documents whose lines are drawn from those of the files, under headings drawn at random.

    A line keeps its marks; what changes is the section it stands in and the lines beside it, so that the model cannot
    learn the layout of the few documents it is given.
    """
    chance = random.Random(seed)
    lines: dict[str, list[str]] = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("==="):
                lines.setdefault(path.stem, []).append(line)
    for index in range(_MIXED):
        language = sorted(lines)[index % len(lines)]
        marked = [line for line in lines[language] if "[[" in line]
        plain = [line for line in lines[language] if "[[" not in line]
        share = chance.choice((0.1, 0.3, 0.6))
        chosen: list[str] = []
        for _ in range(chance.randrange(8, _MAX_LINES)):
            pool = marked if chance.random() < share else plain
            chosen.append(pool[chance.randrange(len(pool))])
        work = [line for line in chosen if "[[" not in line]
        own = [line for line in chosen if "[[" in line]
        heading = _HEADINGS[language]
        source = "\n".join([heading[0], *work, heading[chance.choice((2, 3, 4, 6))], *own])
        text, spans = unmark(source)
        yield Marked(f"mixed-{index}", language, "cv", text, spans)


def fit(data: list[Example], *, epochs: int = _EPOCHS, rate: float = _RATE, decay: float = _DECAY) -> Model:
    """Fit the weights by logistic regression with the hand-set log-odds as offset (adaptive steps, L2 decay)."""
    weights = [0.0] * BUCKETS
    squares = [1e-6] * BUCKETS
    chance = random.Random(SEED)
    order = list(range(len(data)))
    for _ in range(epochs):
        chance.shuffle(order)
        for index in order:
            places, offset, discloses = data[index]
            logit = offset + sum(weights[place] for place in places)
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))) - discloses
            for place in places:
                gradient = error + decay * weights[place]
                squares[place] += gradient * gradient
                weights[place] -= rate * gradient / math.sqrt(squares[place])
    return Model(tuple(max(-6.0, min(6.0, round(weight, 3))) for weight in weights))


def train(folder: Path = DOCUMENTS) -> Model:
    """Train on the marked documents of a folder and on mixtures of their lines."""
    paths = sorted(folder.glob("*.txt"))
    data = [example for path in paths for example in examples(read_documents(path))]
    data += examples(mixtures(paths))
    return fit(data)

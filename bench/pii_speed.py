"""Speed of the detector beside bare tokenisation and two other detectors, on the same documents in one process.

Prints one row each: milliseconds a document, million characters a second, and the ratio to bare tokenisation. The
documents are the project's own, with every name-like word made new in each copy, so that no run meets known words:
that is what a detector sees in use, and what fills no cache. Presidio and EuRedact are left out where not installed.
"""

from __future__ import annotations

import gc
import random
import re
import time
from collections.abc import Callable, Iterable

import psutil
import spacy

import pii
from pii.documents import read_documents
from pii.training import DOCUMENTS

COPIES = 3
ROUNDS = 3
MANY = int(__import__("os").environ.get("PII_BENCH_DOCUMENTS", "10000"))
_CAPITALISED = re.compile(r"\b[A-ZÀ-Þ][a-zà-ÿ]{3,}")


def fresh(text: str, chance: random.Random) -> str:
    """Give the text with each capitalised word changed into one never seen."""
    return _CAPITALISED.sub(lambda m: m.group()[:2] + "".join(chance.choices("aeioulnrst", k=len(m.group()) - 2)), text)


def documents() -> list[str]:
    paths = [*sorted(DOCUMENTS.glob("*.txt"))]
    return [document.text for path in paths for document in read_documents(path)]


def measure(name: str, make: Callable[[], Callable[[list[str]], object]], texts: list[list[str]]) -> float | None:
    try:
        run = make()
    except ImportError:
        print(f"{name:34} not installed")
        return None
    run(texts[0][:3])
    best = float("inf")
    for batch in texts:
        gc.collect()
        start = time.perf_counter()
        run(batch)
        best = min(best, time.perf_counter() - start)
    return best


def ours() -> Callable[[list[str]], object]:
    nlp = pii.load()

    def run(batch: list[str]) -> None:
        with nlp.memory_zone():
            for doc in nlp.pipe(batch):
                assert "pii" in doc.spans

    return run


def bare() -> Callable[[list[str]], object]:
    nlp = spacy.blank("xx")

    def run(batch: list[str]) -> None:
        with nlp.memory_zone():
            for doc in nlp.pipe(batch):
                assert len(doc)

    return run


def presidio() -> Callable[[list[str]], object]:
    import tempfile

    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    folder = tempfile.mkdtemp()
    spacy.blank("en").to_disk(folder)
    engine = NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": folder}]}
    ).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    return lambda batch: [analyzer.analyze(text, language="en") for text in batch]


def euredact() -> Callable[[list[str]], object]:
    import euredact as package

    return lambda batch: [package.redact(text) for text in batch]


def memory(texts: Iterable[str]) -> None:
    """Print the resident memory while ten thousand unseen documents pass."""
    process = psutil.Process()
    chance = random.Random(7)
    pool = list(texts)
    marks = []
    for index in range(MANY):
        pii.detect(fresh(pool[index % len(pool)], chance))
        if index in (500, MANY // 2, MANY - 1):
            marks.append(process.memory_info().rss / 1e6)
    print(
        f"resident memory after 500, {MANY // 2} and {MANY} documents: " + ", ".join(f"{mark:.0f} MB" for mark in marks)
    )


def main() -> None:
    chance = random.Random(3)
    pool = documents() * COPIES
    batches = [[fresh(text, chance) for text in pool] for _ in range(ROUNDS)]
    characters = sum(map(len, batches[0]))
    floor = measure("bare tokenisation (xx)", bare, batches)
    assert floor
    print(f"{len(pool)} documents, {characters} characters")
    print(
        f"{'bare tokenisation (xx)':34} {1000 * floor / len(pool):7.2f} ms/document {characters / floor / 1e6:7.3f} Mchar/s   1.00"
    )
    for name, make in (("ours", ours), ("Presidio, blank model", presidio), ("EuRedact", euredact)):
        took = measure(name, make, batches)
        if took is not None:
            print(
                f"{name:34} {1000 * took / len(pool):7.2f} ms/document {characters / took / 1e6:7.3f} Mchar/s {took / floor:6.2f}"
            )
    memory(documents())


if __name__ == "__main__":
    main()

import json
import subprocess
import sys
from pathlib import Path

import pytest
import spacy

import pii
from pii import training
from pii.documents import read_documents, unmark
from pii.errors import DocumentError, LexiconError, ModelError
from pii.evaluation import evaluate
from pii.lexicon import LEXICONS, parse_phrase, read_lists
from pii.matcher import Lexicon
from pii.model import ARTEFACT, from_bytes

HERE = Path(__file__).parent
OWN = HERE / "documents" / "own.txt"
CASES = json.loads((HERE / "cases" / "regressions.json").read_text(encoding="utf-8"))
SECRET = "zeldzaamwoordxyzzy"


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_a_mistake_that_was_fixed_stays_fixed(case: dict[str, object]) -> None:
    assert [found.label.value for found in pii.detect(str(case["text"]))] == case["labels"]


def test_the_pipeline_gives_spans_with_the_text_of_the_finding() -> None:
    nlp = pii.load()
    for document in read_documents(OWN):
        doc = nlp(document.text)
        assert doc.text == document.text
        spans = [(s.start_char, s.end_char, s.label_) for s in doc.spans["pii"]]
        assert spans == [(f.start, f.end, f.label.value) for f in pii.detect(document.text)]
        assert spans


def test_nothing_of_a_text_stays_in_the_process() -> None:
    from pii.pipeline import _shared

    pii.detect(f"Mijn naam is {SECRET}. Ik heb diabetes, mail {SECRET}@voorbeeld.be")
    assert SECRET not in _shared().vocab.strings
    assert not any(SECRET in text for text in _shared().vocab.strings)


def test_held_back_documents_are_read_well() -> None:
    report = evaluate(read_documents(OWN))
    assert report.tiers[pii.Tier.RESTRICTED].recall >= 0.95
    assert report.tiers[pii.Tier.CONFIDENTIAL].recall >= 0.95
    assert report.tiers[pii.Tier.STANDARD].recall == 1.0
    assert all(tally.precision >= 0.95 for tally in report.tiers.values())


def test_training_twice_gives_the_shipped_bytes() -> None:
    assert training.train().to_bytes() == ARTEFACT.read_bytes()


def test_the_artefact_holds_no_words() -> None:
    data = ARTEFACT.read_bytes()[8:]
    for word in ("diabetes", "peeters", "sarah", "gent"):
        assert word.encode() not in data.lower()
    assert len(data) < 100_000
    with pytest.raises(ModelError):
        from_bytes(b"not a model")


def test_every_list_names_its_source_and_licence() -> None:
    folders = [path for path in LEXICONS.iterdir() if path.is_dir()]
    assert len(folders) > 15
    for folder in folders:
        note = (folder / "SOURCE.md").read_text(encoding="utf-8")
        assert "Source:" in note and "Licence:" in note


def test_a_term_is_added_without_code(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "terms.txt").write_text(
        "; mine\n[HEALTH self nl]\nblauwe|groene ~2 griep, # dagen knoop*\n", encoding="utf-8"
    )
    lexicon = Lexicon(list(read_lists(tmp_path)))
    assert [(h.first, h.last) for h in lexicon.find(["ik", "had", "de", "groene", "zware", "griep"])] == [(3, 6)]
    assert [(h.first, h.last) for h in lexicon.find(["al", "12", "dagen", "knoopziekte"])] == [(1, 4)]
    assert lexicon.find(["groene", "|", "griep"]) == []
    with pytest.raises(LexiconError):
        parse_phrase("~2 griep", "HEALTH", "self", "nl", "mine")


def test_marks_that_are_written_wrongly_are_refused() -> None:
    for source in ("[[NOTHING|x]]", "[[HEALTH|x", "x]]"):
        with pytest.raises(DocumentError):
            unmark(source)


def test_an_installed_pipeline_may_name_people_among_the_references(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = spacy.blank("nl")
    ruler = stand_in.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PER", "pattern": "Zeynep"}])
    stand_in.to_disk(tmp_path / "model")
    text = "Referenties\nZeynep bij de bakker"
    doc = pii.load()(text)
    assert not [s for s in doc.spans["pii"] if s.label_ == "REFERENCE"]
    monkeypatch.setenv("PII_SPACY_MODEL", str(tmp_path / "model"))
    doc = pii.load()(text)
    assert [s.text for s in doc.spans["pii"]] == ["Zeynep bij de bakker"]


def _run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pii", *arguments], input=text, capture_output=True, text=True, check=False
    )


def test_the_command_scans_masks_explains_and_evaluates(tmp_path: Path) -> None:
    file = tmp_path / "cv.txt"
    file.write_text("Ik heb diabetes.\nBegeleiding van patiënten met kanker op de afdeling", encoding="utf-8")
    scanned = _run("scan", str(file), "--json")
    found = json.loads(scanned.stdout)["findings"]
    assert [f["label"] for f in found] == ["HEALTH"] and "diabetes" not in json.dumps(found)
    assert _run("mask", "-", text="Mail an@voorbeeld.be").stdout == "Mail [CONTACT]"
    explained = _run("explain", str(file)).stdout
    assert "flagged" in explained and "dismissed: " in explained and "diabetes" not in explained
    assert "restricted" in _run("evaluate", str(OWN), "--mistakes").stdout
    missing = _run("scan", str(tmp_path / "none"))
    assert missing.returncode == 2 and "pii:" in missing.stderr

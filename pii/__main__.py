"""The command: ``python -m pii scan|mask|evaluate|explain|train``."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pii.documents import read_documents
from pii.errors import PiiError
from pii.labels import Tier
from pii.masking import mask


def _read(name: str) -> str:
    return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8", errors="replace")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def scan(names: Sequence[str], as_json: bool) -> int:
    """Print where each file holds something sensitive, what it is and why; never the value."""
    from pii.pipeline import detect

    for name in names:
        findings = detect(_read(name))
        if as_json:
            _say(json.dumps({"file": name, "findings": [asdict(found) for found in findings]}, ensure_ascii=False))
            continue
        for found in findings:
            _say(f"{name}:{found.start}-{found.end} {found.label} ({found.tier}, {found.score:.2f}) {found.reason}")
    return 0


def mask_file(name: str, tiers: set[Tier]) -> int:
    """Print a file with its findings replaced by placeholders."""
    from pii.pipeline import detect

    text = _read(name)
    sys.stdout.write(mask(text, detect(text), tiers=tiers))
    return 0


def explain(name: str) -> int:
    """Print every candidate of a file: why it was flagged, or why it was dismissed; never the value."""
    from pii.scan import examine

    outcome = examine(_read(name))
    for candidate in sorted(outcome.candidates, key=lambda c: (c.start, c.end)):
        block = outcome.page.block_at(candidate.start)
        verdict = f"dismissed: {candidate.dismissed}" if candidate.dismissed else "flagged"
        section = f" [{block.section}]" if block.section else ""
        _say(
            f"{candidate.start}-{candidate.end} {candidate.label} {candidate.score:.2f}{section} {candidate.reason}; {verdict}"
        )
    return 0


def evaluate(paths: Sequence[str], mistakes: bool) -> int:
    """Print recall and precision on marked documents by label, language and tier."""
    from pii.evaluation import evaluate as run

    report = run(document for path in paths for document in read_documents(Path(path)))
    for label, tally in sorted(report.labels.items()):
        _say(
            f"{label:12} marks {tally.marks:4} recall {tally.recall:.3f} findings {tally.findings:4} precision {tally.precision:.3f}"
        )
    for (language, tier), tally in sorted(report.languages.items()):
        _say(f"{language} {tier:12} recall {tally.recall:.3f} precision {tally.precision:.3f} ({tally.marks} marks)")
    for tier, tally in sorted(report.tiers.items()):
        _say(f"{tier:12} recall {tally.recall:.3f} precision {tally.precision:.3f} ({tally.marks} marks)")
    per_thousand = 1000 * report.wrongly_restricted / max(1, report.characters)
    _say(f"characters wrongly restricted: {per_thousand:.2f} in 1,000")
    if mistakes:
        for mistake in report.mistakes:
            _say(f"{mistake.kind:6} {mistake.document} {mistake.label} {mistake.start}-{mistake.end}")
    return 0


def train(out: str) -> int:
    """Train the context model and write it; prints its SHA-256."""
    from pii.model import ARTEFACT
    from pii.training import train as run

    data = run().to_bytes()
    (Path(out) if out else ARTEFACT).write_bytes(data)
    _say(hashlib.sha256(data).hexdigest())
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m pii", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    scanning = commands.add_parser("scan", help="where files hold something sensitive")
    scanning.add_argument("files", nargs="+")
    scanning.add_argument("--json", action="store_true")
    masking = commands.add_parser("mask", help="a file with placeholders for what is sensitive")
    masking.add_argument("file")
    masking.add_argument("--tier", action="append", choices=[tier.value for tier in Tier])
    explaining = commands.add_parser("explain", help="why each stretch was flagged or dismissed")
    explaining.add_argument("file")
    evaluating = commands.add_parser("evaluate", help="recall and precision on marked documents")
    evaluating.add_argument("documents", nargs="+")
    evaluating.add_argument("--mistakes", action="store_true")
    training = commands.add_parser("train", help="train the context model")
    training.add_argument("--out", default="")
    options = parser.parse_args(argv)
    try:
        match options.command:
            case "scan":
                return scan(options.files, options.json)
            case "mask":
                return mask_file(options.file, {Tier(tier) for tier in options.tier or [t.value for t in Tier]})
            case "explain":
                return explain(options.file)
            case "evaluate":
                return evaluate(options.documents, options.mistakes)
            case _:
                return train(options.out)
    except (OSError, PiiError) as error:
        sys.stderr.write(f"pii: {error.strerror if isinstance(error, OSError) else error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())

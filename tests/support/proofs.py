"""`make proofs`: runs the tests that prove a claim of docs/proofs.md, and lists every claim with its state."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLAIM = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
NUMBER = re.compile(r"claim_(\d+)")


class Outcomes:
    """Collects, by claim, whether its tests passed."""

    def __init__(self) -> None:
        self.tests: dict[int, dict[str, bool]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A claim is proven when all of its tests passed; one that was skipped proves nothing."""
        for number in {int(each) for each in NUMBER.findall(report.nodeid)}:
            tests = self.tests.setdefault(number, {})
            tests[report.nodeid] = tests.get(report.nodeid, True) and report.passed


def claims() -> dict[int, str]:
    """Every claim by its number."""
    return {int(number): text for number, text in CLAIM.findall((ROOT / "docs/proofs.md").read_text(encoding="utf-8"))}


def main() -> int:
    """Print the list; the exit status is 1 when a claim's test fails."""
    outcomes = Outcomes()
    pytest.main(
        ["-q", "-k", "claim_", "--no-header", "-p", "no:cacheprovider", str(ROOT / "tests")], plugins=[outcomes]
    )
    states = {number: all(tests.values()) for number, tests in outcomes.tests.items()}
    lines = [f"  {_state(states.get(number))}  {number:>2}. {text}" for number, text in claims().items()]
    proven = sum(states.values())
    sys.stdout.write("\n".join(["", *lines, "", f"{proven} of {len(lines)} claims are proven.", ""]))
    return 0 if all(states.values()) else 1


def _state(passed: bool | None) -> str:
    return {True: "proven", False: "FAILS ", None: "-     "}[passed]


if __name__ == "__main__":
    sys.exit(main())

"""Runs the benchmarks that are named, or all of them."""

import asyncio
import subprocess
import sys
from importlib import import_module
from pathlib import Path

BENCHES = ("start", "upload", "pages", "pii")
# The other detectors have an environment of their own: what they need does not go together with what we need.
OTHERS = Path(__file__).resolve().parents[1] / ".venv-bench" / "bin" / "python"


def main() -> None:
    """Run and print."""
    chosen = sys.argv[1:] or BENCHES
    if unknown := set(chosen) - set(BENCHES):
        sys.exit(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.")
    for name in chosen:
        print(f"\n{name}", flush=True)
        if name == "pii":
            subprocess.run([OTHERS, "-m", "bench.pii_speed"], check=True)
        else:
            asyncio.run(import_module(f"bench.{name}").measure())


if __name__ == "__main__":
    main()

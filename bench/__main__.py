"""Runs the benchmarks that are named, or all of them."""

import asyncio
import sys
from importlib import import_module

BENCHES = ("start", "upload", "pages")


def main() -> None:
    """Run and print."""
    chosen = sys.argv[1:] or BENCHES
    if unknown := set(chosen) - set(BENCHES):
        sys.exit(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.")
    for name in chosen:
        print(f"\n{name}")
        asyncio.run(import_module(f"bench.{name}").measure())


if __name__ == "__main__":
    main()

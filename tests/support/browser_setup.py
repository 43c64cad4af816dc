"""Finds the Chromium that the browser tests drive; on Debian as root, installs it.

Run as `python -m tests.support.browser_setup` before the tests.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
REMEDY = (
    "The browser tests need Chromium. Install it (Debian, Ubuntu: apt-get install chromium), "
    "or set CHROMIUM to the path of one."
)


def find_browser() -> str | None:
    """The path of a Chromium on this machine: the one named by $CHROMIUM, or the first on the path."""
    if named := os.environ.get("CHROMIUM"):
        return named if Path(named).exists() else None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> None:
    """Install what is missing, or say what to install."""
    if find_browser():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(REMEDY)
    sys.stdout.write("Installing Chromium for the browser tests ...\n")
    sys.stdout.flush()
    # Fonts too: without any, no text has a size.
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"],
    ):
        subprocess.run(["apt-get", *arguments], check=True, env=environ, stdout=subprocess.DEVNULL)
    if not find_browser():
        sys.exit(REMEDY)


if __name__ == "__main__":
    main()

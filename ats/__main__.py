"""`python -m ats` is the same as `ats`."""

from ats.cli import main

main()

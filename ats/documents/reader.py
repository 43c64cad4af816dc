"""What this room expects of whatever reads documents: the worker's sandbox, whose processes can be killed."""

from collections.abc import Sequence
from typing import Protocol

from ats.documents.rules import Kind, Limits


class ReadText(Protocol):
    """What was read of a document."""

    @property
    def text(self) -> str:
        """Its text; the offsets of findings count in it."""

    @property
    def pages(self) -> int:
        """How many pages it has."""


class FoundSpan(Protocol):
    """A sensitive part of a text."""

    @property
    def start(self) -> int:
        """Its first character."""

    @property
    def end(self) -> int:
        """The character after its last."""

    @property
    def label(self) -> str:
        """What it is (`pii.Label`)."""

    @property
    def tier(self) -> str:
        """Who may see it (`pii.Tier`)."""

    @property
    def score(self) -> float:
        """How sure the detector is, 0 to 1."""

    @property
    def reason(self) -> str:
        """The rule that found it, never the value."""

    @property
    def section(self) -> str:
        """The section that it stands in."""


class Detected(Protocol):
    """What was found in a text."""

    @property
    def language(self) -> str:
        """The language of the text, or "" when unknown."""

    @property
    def findings(self) -> Sequence[FoundSpan]:
        """The sensitive parts, in order."""


class Reader(Protocol):
    """Reads documents and detects what is sensitive."""

    async def read(self, data: bytes, kind: Kind, *, limits: Limits) -> ReadText:
        """The text of a document. Raises DocumentRefused with the reason."""

    async def detect(self, text: str) -> Detected:
        """What is sensitive in a text. Raises DocumentRefused when the text itself is too much."""

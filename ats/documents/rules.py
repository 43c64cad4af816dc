"""What a document may be, what it is called, and why one is refused: pure rules without I/O."""

import codecs
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType

import msgspec

from ats.core.errors import AtsError
from ats.core.text import N_

SNIFF_BYTES = 8192
"""How much of a file's beginning `sniff` wants to see."""

NAME_LENGTH = 120
"""The longest display name in characters; longer ones keep their ending."""


class Kind(StrEnum):
    """The formats that can be read."""

    PDF = "pdf"
    DOCX = "docx"
    TEXT = "text"

    @property
    def media_type(self) -> str:
        """The media type to store and serve, decided by us and never by the sender."""
        return _MEDIA_TYPES[self]

    @property
    def suffix(self) -> str:
        """The ending of a file name, with its dot."""
        return ".txt" if self is Kind.TEXT else f".{self.value}"


_MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.TEXT: "text/plain; charset=utf-8",
}


class Refusal(StrEnum):
    """Why a document is not accepted, or could not be read afterwards. The values are stored."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    OLD_WORD = "old_word"
    PICTURE = "picture"
    ARCHIVE = "archive"
    UNSUPPORTED = "unsupported"
    WRONG_TYPE = "wrong_type"
    ENCRYPTED = "encrypted"
    ACTIVE_CONTENT = "active_content"
    BROKEN = "broken"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_COMPLEX = "too_complex"
    TIMEOUT = "timeout"
    NO_TEXT = "no_text"

    @property
    def message(self) -> str:
        """The English message for the applicant; may hold the placeholders of `Limits.values`."""
        return _MESSAGES[self]


_MESSAGES: Mapping[Refusal, str] = MappingProxyType(
    {
        Refusal.EMPTY: N_("This file is empty. Choose the file again."),
        Refusal.TOO_LARGE: N_("This file is larger than %(megabytes)d MB. Send a smaller version."),
        Refusal.OLD_WORD: N_("This is a document of an old Word version. Save it as PDF or DOCX and send that."),
        Refusal.PICTURE: N_("This is a picture. Send your document as PDF, DOCX or plain text."),
        Refusal.ARCHIVE: N_("This is an archive. Unpack it and send the document itself as PDF, DOCX or plain text."),
        Refusal.UNSUPPORTED: N_("This type of file cannot be read. Send your document as PDF, DOCX or plain text."),
        Refusal.WRONG_TYPE: N_(
            "The content of this file is not what its name says. Save your document as PDF, DOCX or plain text again."
        ),
        Refusal.ENCRYPTED: N_("This file is protected by a password. Send a version without a password."),
        Refusal.ACTIVE_CONTENT: N_("This document contains macros or controls. Save it as PDF and send that."),
        Refusal.BROKEN: N_("This file is damaged or incomplete. Save your document again and send the new file."),
        Refusal.TOO_MANY_PAGES: N_("This document has more than %(pages)d pages. Send a shorter version."),
        Refusal.TOO_COMPLEX: N_("This document is too complex to be read safely. Save it as a simple PDF."),
        Refusal.TIMEOUT: N_("Reading this document took too long. Save it as a simple PDF."),
        Refusal.NO_TEXT: N_("No text was found in this document. Send a version of which the text can be selected."),
    }
)


class Limits(msgspec.Struct, frozen=True):
    """How big a document may be: bytes of the file, pages, and characters of its text."""

    size: int = 20_000_000
    pages: int = 30
    characters: int = 1_000_000

    def values(self) -> dict[str, int]:
        """What the placeholders of the messages stand for."""
        return {"megabytes": self.size // 1_000_000, "pages": self.pages}


class DocumentRefused(AtsError):
    """A document that is not accepted. Carries the reason and nothing of the document."""

    status = 422
    code = "document-refused"

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.message)
        self.reason = reason


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUFFIXES = {".pdf": Kind.PDF, ".docx": Kind.DOCX, ".txt": Kind.TEXT, ".text": Kind.TEXT}
_BY_SUFFIX = {
    **dict.fromkeys((".doc", ".dot", ".wps"), Refusal.OLD_WORD),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz"), Refusal.ARCHIVE),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff"), Refusal.PICTURE),
    **dict.fromkeys((".heic", ".avif", ".svg"), Refusal.PICTURE),
}
_PICTURE_BRANDS = (b"WEBP", b"heic", b"avif", b"mif1")
_PICTURE_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_ARCHIVE_MAGIC = (b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
# What a text file may hold below the space: tab, line feed, vertical tab, form feed, carriage return, escape.
_TEXT_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1b\x1a")


def check_size(size: int, limits: Limits) -> None:
    """Refuses a file of `size` bytes that is empty or over the limit.

    Raises:
        DocumentRefused: EMPTY or TOO_LARGE.
    """
    if size == 0:
        raise DocumentRefused(Refusal.EMPTY)
    if size > limits.size:
        raise DocumentRefused(Refusal.TOO_LARGE)


def sniff(head: bytes, name: str) -> Kind:
    """The kind of a document, decided by its content; its name must agree.

    A PDF has to begin with its marker at the very first byte, so a file that is also something else is refused. A DOCX
    is recognised as a ZIP file here; that it holds a document is checked when it is read.

    Args:
        head: the first `SNIFF_BYTES` bytes, or the whole file if it is shorter.
        name: the file's name as sent.

    Raises:
        DocumentRefused: EMPTY, or the reason why this type is not accepted.
    """
    if not head:
        raise DocumentRefused(Refusal.EMPTY)
    suffix = PurePosixPath(safe_name(name)).suffix.lower()
    kind = _kind_of_content(head)
    expected = _SUFFIXES.get(suffix)
    if kind is not None and kind is expected:
        return kind
    raise DocumentRefused(_reason(head, kind, suffix, expected))


def _kind_of_content(head: bytes) -> Kind | None:
    if head.startswith(b"%PDF-"):
        return Kind.PDF
    if head.startswith(b"PK\x03\x04"):
        return Kind.DOCX
    return Kind.TEXT if _is_text(head) else None


def _reason(head: bytes, kind: Kind | None, suffix: str, expected: Kind | None) -> Refusal:
    """Which answer helps the applicant most; the order goes from the particular to the general."""
    if head.startswith(_OLE):
        # Office wraps a DOCX that has a password in the container of the old formats.
        return Refusal.ENCRYPTED if expected is Kind.DOCX else Refusal.OLD_WORD
    if head.startswith(_PICTURE_MAGIC) or head[8:12] in _PICTURE_BRANDS:
        return Refusal.PICTURE
    if head.startswith(_ARCHIVE_MAGIC):
        return Refusal.ARCHIVE
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    # A known ending with other content, or known content without an ending, is a wrong name. All else is unknown.
    return Refusal.WRONG_TYPE if expected is not None or (kind is not None and not suffix) else Refusal.UNSUPPORTED


def _is_text(head: bytes) -> bool:
    """Whether bytes look like text: Unicode with or without a mark, or one of the single-byte Western encodings."""
    if head.startswith(b"{\\rtf"):
        return False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            text = codecs.getincrementaldecoder("utf-16")().decode(head)
        except UnicodeDecodeError:
            return False
        return "\0" not in text
    return not any(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)


_RESERVED = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


def safe_name(name: str) -> str:
    """A file's name as it may be shown and offered for download: one line, no path, nothing invisible.

    Control, format (among them the marks that turn the direction of writing), surrogate, private and unassigned
    characters go; what Windows reserves becomes an underscore; over `NAME_LENGTH` characters the middle is left out, so
    that the ending stays. Applying it twice changes nothing.
    """
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(" " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c)[0] != "C")
    name = unicodedata.normalize("NFC", name).translate(_RESERVED)
    name = " ".join(name.split()).strip(". ")
    if len(name) > NAME_LENGTH:
        stem, dot, ending = name.rpartition(".")
        if not dot or len(ending) > 10:
            stem, dot, ending = name, "", ""
        name = stem[: NAME_LENGTH - len(ending) - len(dot)].rstrip(". ") + dot + ending
    return name or "document"

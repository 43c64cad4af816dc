"""What travels between the worker and its children, and how it is framed.

A frame is a length of four bytes, most significant first, and so many bytes of MessagePack. Everything goes through
pipes, so that neither a document nor its text is ever in an argument, a variable of the environment or a file.
"""

import struct
from typing import BinaryIO

import msgspec

from ats.documents.rules import Kind, Limits, Refusal

HEADER = struct.Struct(">I")


class ChildLimits(msgspec.Struct, frozen=True):
    """What a child may use.

    memory: bytes of address space. cpu: seconds of processor time for one request. files: open files.
    """

    memory: int
    cpu: int
    files: int = 64


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The child has its limits and its libraries, and waits for a request."""


class ReadRequest(msgspec.Struct, frozen=True, tag="read"):
    """A document to be read."""

    data: bytes
    kind: Kind
    limits: Limits


class ReadResult(msgspec.Struct, frozen=True, tag="text"):
    """The text of a document.

    text: Unicode without control characters except tab and line feed; the offsets of findings count in it.
    pages: how many pages the document has; formats without fixed pages count as one.
    page_starts: the offset at which each page begins, ascending, the first one 0.
    """

    text: str
    pages: int
    page_starts: tuple[int, ...]


class DetectRequest(msgspec.Struct, frozen=True, tag="detect"):
    """A text in which sensitive parts are looked for."""

    text: str


class FoundSpan(msgspec.Struct, frozen=True):
    """A sensitive part of a text: `text[start:end]`.

    label, tier: what it is and who may see it. score: 0 to 1. reason: the rule that found it, never the value.
    section: the kind of section it stands in, or "" when unknown.
    """

    start: int
    end: int
    label: str
    tier: str
    score: float
    reason: str
    section: str


class DetectResult(msgspec.Struct, frozen=True, tag="found"):
    """The language of a text (nl, fr, en, de, or "" when unknown) and its sensitive parts, in order."""

    language: str
    findings: tuple[FoundSpan, ...]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The document cannot be read; the child is fit for another one."""

    reason: Refusal


class Crashed(msgspec.Struct, frozen=True, tag="crashed"):
    """The program itself is at fault, not the document. where: the kind of error and its line, never its words."""

    where: str


Request = ReadRequest | DetectRequest
Reply = Ready | ReadResult | DetectResult | Refused | Crashed


def frame(message: Request | Reply) -> bytes:
    """A message as the bytes to send."""
    body = msgspec.msgpack.encode(message)
    return HEADER.pack(len(body)) + body


def receive(stream: BinaryIO) -> Request | None:
    """The next request from a pipe; None when the worker has closed it."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    body = stream.read(HEADER.unpack(header)[0])
    request: Request = msgspec.msgpack.decode(body, type=Request)
    return request

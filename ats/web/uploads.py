"""Multipart forms as a stream: files go chunk by chunk into a sink that the caller gives, never to disk in clear.

Litestar's own form parser spools uploads to the temporary folder and reads the body before any guard has spoken.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from litestar import Request
from litestar.exceptions import HTTPException, InternalServerException
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

from ats.core.errors import AtsError, BadRequest, TooLarge, UnsupportedMedia
from ats.core.text import N_
from ats.web.query import read_pairs

MAX_FIELDS = 200
MAX_FIELD_BYTES = 64_000
# Of all text fields together: they are held in memory.
MAX_TEXT_BYTES = 1_000_000
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
CUT_OFF = N_("The upload broke off before it was complete. Please send the form again.")
MALFORMED = N_("The form could not be read. Please open the page again and fill it in there.")
TOO_MANY = N_("The form has more parts than this page asks for.")
UNEXPECTED_FILE = N_("A file came where none is expected.")
FILE_TOO_LARGE = N_("This file is too large.")
_MAX_FILENAME = 200
_NOT_IN_FILENAMES = re.compile("[\x00-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class UploadSink(Protocol):
    """Where one file goes. `write` and `finish` may raise an AtsError to refuse the file."""

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes."""

    async def finish(self) -> None:
        """The file is complete."""

    async def abort(self) -> None:
        """The file is not wanted (any more), also after `finish`: remove what was stored. Called at most once."""


SinkFor = Callable[[str, str], UploadSink | None]


class Received(dict[str, list[str]]):
    """The text fields of a form, and the file fields that were refused, with the reason.

    Bytes that are not UTF-8 stand as U+FFFD in the texts; `Form` refuses those by field.
    """

    def __init__(self) -> None:
        super().__init__()
        self.refused: dict[str, AtsError] = {}

    def add(self, name: str, value: str) -> None:
        """Append a value to a field."""
        self.setdefault(name, []).append(value)


async def read_multipart(
    request: Request[Any, Any, Any],
    *,
    sink_for: SinkFor,
    max_file_bytes: int,
    max_fields: int = MAX_FIELDS,
    max_field_bytes: int = MAX_FIELD_BYTES,
) -> Received:
    """Read a form with files from the request's stream; also one without files (urlencoded).

    sink_for: called with the field and the cleaned file name of each file part; None refuses the whole request.
    max_file_bytes: a larger file is aborted and named in `refused`, so that the rest of the form is not lost.
    max_fields: parts, files included. max_field_bytes: of one text field; all of them
    may have 1 MB together.
    When anything goes wrong every sink is aborted. Raises BadRequest (cut off, malformed, too many parts, an unexpected
    file), UnsupportedMedia (another content type) or TooLarge (the body, or a text field).
    """
    content_type, options = parse_options_header(request.headers.get("content-type", ""))
    if content_type == URLENCODED:
        return await _read_urlencoded(request, max_fields)
    if content_type != MULTIPART:
        raise UnsupportedMedia
    reader = _Reader(sink_for, max_file_bytes, max_field_bytes)
    try:
        parser = PushMultipartParser(options.get("boundary", ""), max_segment_count=max_fields)
        async for chunk in _body(request):
            for event in parser.parse(chunk):
                await reader.take(event)
        parser.close()
    except MultipartError as error:
        await reader.abort_all()
        raise BadRequest(_explain(error)) from None
    except BaseException:
        # Also when the request is cancelled: nothing half-written may stay behind.
        await asyncio.shield(reader.abort_all())
        raise
    return reader.received


def _explain(error: MultipartError) -> str:
    if isinstance(error, ParserLimitReached):
        return TOO_MANY
    return CUT_OFF if "end of multipart stream" in str(error) else MALFORMED


async def _body(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    stream = request.stream()
    try:
        async for chunk in stream:
            if chunk:
                yield chunk
    except InternalServerException:
        # Litestar's way to say that the client went away.
        raise BadRequest(CUT_OFF) from None
    except HTTPException as error:
        raise TooLarge if error.status_code == TooLarge.status else BadRequest from None


async def _read_urlencoded(request: Request[Any, Any, Any], max_fields: int) -> Received:
    body = bytearray()
    async for chunk in _body(request):
        body += chunk
        if len(body) > MAX_TEXT_BYTES:
            raise TooLarge
    received = Received()
    for name, value in read_pairs(bytes(body), max_fields):
        received.add(_checked_name(name), value)
    return received


def _checked_name(name: str) -> str:
    if not name or len(name) > 100 or not name.isprintable() or "\ufffd" in name:
        raise BadRequest(MALFORMED)
    return name


def clean_filename(name: str) -> str:
    """A file name from outside as plain text: no folders, no control characters, at most 200 characters."""
    base = _NOT_IN_FILENAMES.sub("", name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return base[-_MAX_FILENAME:]


class _Reader:
    """Turns the parser's events into fields and sinks."""

    def __init__(self, sink_for: SinkFor, max_file_bytes: int, max_field_bytes: int) -> None:
        self.received = Received()
        self._sink_for = sink_for
        self._max_file_bytes = max_file_bytes
        self._max_field_bytes = max_field_bytes
        self._name = ""
        self._size = 0
        self._text: bytearray | None = None
        self._text_bytes = 0
        self._filename = ""
        self._sink: UploadSink | None = None
        self._sinks: list[UploadSink] = []

    async def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            await self._end()
        else:
            await self._data(bytes(event))

    def _begin(self, part: MultipartSegment) -> None:
        self._name = _checked_name(part.name or "")
        self._size = 0
        self._sink = None
        self._text = bytearray() if part.filename is None else None
        self._filename = clean_filename(part.filename or "")
        # A browser sends an empty, nameless part for a file field that was left alone.
        if part.filename:
            self._open_sink()

    def _open_sink(self) -> None:
        self._sink = self._sink_for(self._name, self._filename)
        if self._sink is None:
            raise BadRequest(UNEXPECTED_FILE)
        self._sinks.append(self._sink)

    async def _data(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._text is not None:
            self._text_bytes += len(chunk)
            if self._size > self._max_field_bytes or self._text_bytes > MAX_TEXT_BYTES:
                raise TooLarge
            self._text += chunk
            return
        if self._name in self.received.refused:
            # The rest of a refused file is read and dropped, to get at the fields behind it.
            return
        if self._sink is None:
            self._open_sink()
        if self._size > self._max_file_bytes:
            await self._refuse(TooLarge(FILE_TOO_LARGE))
        elif self._sink is not None:
            try:
                await self._sink.write(chunk)
            except AtsError as error:
                await self._refuse(error)

    async def _end(self) -> None:
        if self._text is not None:
            self.received.add(self._name, self._text.decode("utf-8", "replace"))
        elif self._sink is not None:
            try:
                await self._sink.finish()
            except AtsError as error:
                await self._refuse(error)
        self._sink = None

    async def _refuse(self, error: AtsError) -> None:
        if error.status >= 500:
            # Our own failure is no fault of the file.
            raise error
        self.received.refused[self._name] = error
        if self._sink is not None:
            self._sinks.remove(self._sink)
            sink, self._sink = self._sink, None
            await sink.abort()

    async def abort_all(self) -> None:
        sinks, self._sinks = self._sinks, []
        for sink in sinks:
            with contextlib.suppress(Exception):
                await sink.abort()

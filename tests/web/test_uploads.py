"""Multipart forms: streamed into sinks, and a clear answer for everything that is not one."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Request

from ats.core.errors import AtsError
from ats.web.form_tokens import issue
from ats.web.site import Site
from ats.web.uploads import Received, UploadSink, clean_filename, read_multipart
from tests.web.small_app import KEYRING, MAX_FILE, NOW, SINKS, MemorySink, make_app, sink_for

URL = "/en/jobs/x/apply"
TYPE = {"Content-Type": "multipart/form-data; boundary=abc"}


def part(name: str, content: bytes, filename: str | None = None, more: str = "") -> bytes:
    """One part of a multipart body with the boundary abc."""
    disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return f"--abc\r\nContent-Disposition: {disposition}\r\n{more}\r\n".encode() + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    """A complete multipart body."""
    return b"".join(parts) + b"--abc--\r\n"


def token() -> bytes:
    """The part with a form token that is right."""
    return part("form_token", issue(KEYRING, "apply", now=NOW).encode())


async def send(browser: httpx.AsyncClient, content: bytes, **headers: str) -> httpx.Response:
    """Post a body."""
    return await browser.post(URL, content=content, headers=TYPE | headers)


async def test_a_file_reaches_its_sink_whole_whatever_the_chunks(browser: httpx.AsyncClient) -> None:
    content = bytes(range(256)) * 500 + b"\r\n--ab\r\n--abd"
    sent = body(token(), part("name", b"Jan"), part("cv", content, "cv.pdf"))

    async def in_pieces(size: int) -> AsyncIterator[bytes]:
        for start in range(0, len(sent), size):
            yield sent[start : start + size]

    for size in (1013, 65536, len(sent)):
        answer = await browser.post(URL, content=in_pieces(size), headers=TYPE)
        assert answer.status_code == 303
        sink = SINKS.pop()
        assert (sink.filename, bytes(sink.content), sink.finished, sink.aborted) == ("cv.pdf", content, True, False)


async def test_a_file_field_that_was_left_alone_opens_no_sink(browser: httpx.AsyncClient) -> None:
    answer = await send(browser, body(token(), part("name", b"Jan"), part("cv", b"", "")))
    assert answer.status_code == 303
    assert SINKS == []


async def test_an_empty_file_is_finished_without_a_byte(browser: httpx.AsyncClient) -> None:
    await send(browser, body(token(), part("name", b"Jan"), part("cv", b"", "cv.pdf")))
    assert [(sink.finished, bytes(sink.content)) for sink in SINKS] == [(True, b"")]


@pytest.mark.parametrize("size", [10, 100_000])
async def test_what_follows_the_last_boundary_is_ignored(size: int) -> None:
    received = await read(b"preamble\r\n" + body(part("name", b"Jan")) + b"\r\nepilogue", None, size)
    assert received == {"name": ["Jan"]}


async def test_an_oversized_file_is_an_error_of_its_field_and_the_rest_is_kept(browser: httpx.AsyncClient) -> None:
    sent = body(part("cv", b"x" * (MAX_FILE + 1), "cv.pdf"), part("name", b"Jan"), token())
    answer = await send(browser, sent)
    assert answer.status_code == 422
    assert answer.text == "|Jan|This file is too large.|"
    assert [(sink.aborted, sink.finished) for sink in SINKS] == [(True, False)]
    assert len(SINKS[0].content) <= MAX_FILE


async def test_a_file_that_its_sink_refuses_is_an_error_of_its_field(browser: httpx.AsyncClient) -> None:
    answer = await send(
        browser, body(part("cv", b"not-a-cv" + b"x" * 300_000, "cv.pdf"), part("name", b"Jan"), token())
    )
    assert answer.text == "|Jan|This is not a CV.|"
    assert [(sink.aborted, sink.finished) for sink in SINKS] == [(True, False)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"--abc",
        b"garbage",
        part("cv", b"x", "cv.pdf"),
        body(part("cv", b"x" * 100_000, "cv.pdf"))[:-7],
        body(part("cv", b"x" * 100_000, "cv.pdf"))[:50_000],
        body(part("cv", b"x", "cv.pdf"), part("name", b"Jan"))[:-4],
        body(part("cv", b"x", "cv.pdf"), b'--abc\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n'),
        body(part("cv", b"x", "cv.pdf"), b"--abc\r\n\r\nno headers\r\n"),
        body(part("cv", b"x", "cv.pdf"), b"--abc\r\nno colon\r\n\r\nx\r\n"),
        body(part("cv", b"x", "cv.pdf"), b"--abc\r\nX: " + b"y" * 9000 + b"\r\n\r\nx\r\n"),
        body(part("cv", b"x", "cv.pdf"), b'--abc\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n'),
        body(part("cv", b"x", "cv.pdf"), part("", b"x")),
        body(part("cv", b"x", "cv.pdf"), part("a\0b", b"x")),
        body(part("cv", b"x", "cv.pdf"), part("a" * 101, b"x")),
        body(part("cv", b"x", "cv.pdf"), part("a", b"x", more="Content-Length: 1000000000000\r\n")),
        body(part("cv", b"x", "cv.pdf"), part("a", b"x", more="Content-Length: -1\r\n")),
        body(part("cv", b"x", "cv.pdf"), *[part(f"a{number}", b"x") for number in range(3000)]),
        body(part("cv", b"x", "cv.pdf"), part("name", b"a file", "name.txt")),
        body(part("cv", b"x", "cv.pdf"), part("name", b"nameless file", "")),
        body(part("cv", b"x", "cv.pdf"), part("form_token", b"a file", "token.txt")),
    ],
)  # fmt: skip
async def test_a_malformed_body_is_400_and_leaves_no_file_behind(browser: httpx.AsyncClient, content: bytes) -> None:
    answer = await send(browser, content)
    assert answer.status_code == 400
    assert all(sink.aborted for sink in SINKS)


@pytest.mark.parametrize(
    "boundary", ["", "; boundary=", '; boundary=""', "; boundary=" + "a" * 2000, "; boundary=a\xff"]
)
async def test_a_body_without_a_usable_boundary_is_400(browser: httpx.AsyncClient, boundary: str) -> None:
    headers = [(b"Content-Type", f"multipart/form-data{boundary}".encode("latin-1"))]
    answer = await browser.post(URL, content=body(part("name", b"Jan")), headers=headers)
    assert answer.status_code == 400


async def test_bytes_that_are_not_utf8_are_an_error_of_their_field(browser: httpx.AsyncClient) -> None:
    answer = await send(browser, body(token(), part("name", b"J\xff\xfean")))
    assert answer.status_code == 422
    assert answer.text.startswith("This contains characters that cannot be read.")


async def test_a_forged_or_missing_token_shows_the_form_again(browser: httpx.AsyncClient) -> None:
    for forged in (b"", b"x", issue(KEYRING, "sign-in", now=NOW).encode()):
        answer = await send(browser, body(part("form_token", forged), part("name", b"Jan")))
        assert answer.status_code == 422
        assert answer.text.startswith("|Jan||This form could not be recognised.")
    assert (await send(browser, body(part("name", b"Jan")))).status_code == 422


async def test_an_enormous_text_field_is_413(browser: httpx.AsyncClient) -> None:
    answer = await send(browser, body(part("cv", b"x", "cv.pdf"), part("name", b"x" * 70_000)))
    assert answer.status_code == 413
    assert all(sink.aborted for sink in SINKS)


async def test_many_large_text_fields_together_are_413(browser: httpx.AsyncClient) -> None:
    fields = [part(f"field{number}", b"x" * 60_000) for number in range(20)]
    assert (await send(browser, body(*fields))).status_code == 413


async def test_a_body_beyond_the_limit_is_413_by_its_announcement_and_by_its_bytes(browser: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1_000_000

    assert (await send(browser, b"x", **{"Content-Length": "900000000"})).status_code == 413
    answer = await browser.post(URL, content=endless(), headers=TYPE)
    assert answer.status_code in (400, 413)
    head = part("cv", b"", "cv.pdf")[:-2]

    async def file_without_end() -> AsyncIterator[bytes]:
        yield head
        for _ in range(100):
            yield b"x" * 1_000_000

    answer = await browser.post(URL, content=file_without_end(), headers=TYPE)
    assert answer.status_code == 413
    assert [sink.aborted for sink in SINKS] == [True]


async def test_a_client_that_goes_away_leaves_no_file_behind(site: Site) -> None:
    app = make_app(site=site)
    scope = {
        "type": "http", "method": "POST", "path": URL, "raw_path": URL.encode(), "query_string": b"",
        "headers": [(b"host", b"jobs.infosentry.example"), (b"content-type", TYPE["Content-Type"].encode())],
        "client": ("192.0.2.1", 1), "server": ("x", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
        "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": part("cv", b"x" * 1000, "cv.pdf"), "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def keep(message: Any) -> None:
        answers.append(message)

    await app(scope, receive, keep)  # type: ignore[arg-type]
    assert answers[0]["status"] == 400
    assert [sink.aborted for sink in SINKS] == [True]


async def test_a_failure_of_ours_while_storing_is_no_fault_of_the_file() -> None:
    class FullDisk(MemorySink):
        async def write(self, chunk: bytes) -> None:
            self.content += chunk
            raise OSError("no space left")

    class StoreAway(MemorySink):
        async def finish(self) -> None:
            from ats.core.errors import Unavailable

            raise Unavailable

    for sink, error in ((FullDisk("cv", "x"), OSError), (StoreAway("cv", "x"), AtsError)):
        with pytest.raises(error):
            await read(body(part("cv", b"x", "cv.pdf")), sink)
        assert sink.aborted


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [("cv.pdf", "cv.pdf"), ("../../etc/passwd", "passwd"), ("C:\\Users\\Jan\\cv.pdf", "cv.pdf"), ("a\0b\r\n.pdf", "ab.pdf"),
     ("é.pdf", "é.pdf"), ("..", ".."), ("x" * 300 + ".pdf", "x" * 196 + ".pdf"), ("cv\u202efdp.exe", "cvfdp.exe"), ("", "")],
)  # fmt: skip
def test_a_file_name_becomes_plain_text(given_name: str, expected: str) -> None:
    assert clean_filename(given_name) == expected


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pieces=st.lists(
        st.sampled_from(
            [b"--abc", b"--", b"\r\n", b"\n", b"Content-Disposition: form-data", b'; name="cv"', b'; filename="x"', b": ",
             b"Content-Length: 3", b"\0", b"\xff", b"a", b"--abc--\r\n", part("cv", b"x", "y"), part("name", b"x")],
        ),
        max_size=12,
    ),
    size=st.integers(1, 40),
)  # fmt: skip
async def test_no_body_raises_anything_but_ours(pieces: list[bytes], size: int) -> None:
    SINKS.clear()
    try:
        received = await read(b"".join(pieces), None, size)
    except AtsError:
        assert all(sink.aborted for sink in SINKS)
    else:
        assert all(sink.finished for sink in SINKS)
        assert isinstance(received, Received)


async def read(content: bytes, sink: UploadSink | None, size: int = 100) -> Received:
    """Read a body as if a request had sent it in chunks of `size` bytes."""

    class FakeRequest:
        headers = {"content-type": TYPE["Content-Type"]}  # noqa: RUF012 -- stands for a request

        async def stream(self) -> AsyncIterator[bytes]:
            for start in range(0, len(content), size):
                yield content[start : start + size]

    request: Request[Any, Any, Any] = FakeRequest()  # type: ignore[assignment]
    return await read_multipart(
        request, sink_for=lambda name, file: sink or sink_for(name, file), max_file_bytes=MAX_FILE
    )

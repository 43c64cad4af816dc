"""Bad input: each a clear answer with the right status, nothing lost, nothing left behind, and none a 500."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from ats.core.embedded import EmbeddedServers
from ats.core.services import Services
from ats.settings import Settings, read_settings
from tests.applications.sending import CV_FILE, LETTER_FILE, PDF, TYPED, errors, open_form, shown_again, typed
from tests.support.cast import Cast
from tests.support.contents import counts
from tests.support.environment import environment

STORED = ("application", "candidate", "upload", "document", "consent_event", "outbox", "message")
NOTHING = (0,) * len(STORED)
MEGABYTE = 1_000_000
BOUNDARY = "cut-here"


@pytest.fixture
def settings(servers: EmbeddedServers, tmp_path: Path) -> Settings:
    """At most one megabyte a file, so that too much is quickly sent."""
    return read_settings(environment(servers.urls, tmp_path, ATS_UPLOAD_MAX_MB="1"))


def blobs(services: Services) -> list[Path]:
    """Every object in the blob store."""
    return [path for path in Path(services.settings.files_url).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("cv.pdf", b"", "empty"),
        ("cv.txt", b"x" * (MEGABYTE + 1), "larger than 1 MB"),
        ("cv.txt", b"x" * (2 * MEGABYTE), "larger than 1 MB"),
        ("cv.pdf", b"plain text", "not what its name says"),
        ("cv.docx", PDF, "not what its name says"),
        ("cv", PDF, "not what its name says"),
        ("cv.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Word version"),
        ("cv.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        ("cv.jpg", b"\xff\xd8\xff\xe0" + bytes(600), "picture"),
        ("cv.zip", b"PK\x03\x04" + bytes(600), "archive"),
        ("cv.exe", b"MZ" + bytes(600), "cannot be read"),
    ],
)
async def test_an_unfit_file_is_refused_with_its_reason_and_nothing_else_is_lost(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, name: str, content: bytes, says: str
) -> None:
    files = {"cv": (name, content, "application/pdf"), "letter": LETTER_FILE}
    answer = await (await open_form(client)).send(client, {**TYPED, "object": "yes"}, files)
    assert answer.status_code == 422
    assert errors(answer).keys() == {"cv"} and says in errors(answer)["cv"]
    assert typed(answer) == {**TYPED, "object": "yes"} and "letter.txt is kept" in answer.text
    assert len(blobs(services)) == 1
    assert await counts(superuser, "application", "upload") == (0, 1)
    assert (await shown_again(answer).send(client, TYPED, {"cv": CV_FILE})).status_code == 303


async def test_a_file_of_exactly_the_limit_is_taken(client: httpx.AsyncClient, superuser: asyncpg.Pool) -> None:
    files = {"cv": ("cv.txt", b"x" * MEGABYTE, "text/plain")}
    assert (await (await open_form(client)).send(client, TYPED, files)).status_code == 303
    assert await superuser.fetchval("SELECT size FROM document") == MEGABYTE


async def test_a_body_of_many_megabytes_is_cut_short(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool
) -> None:
    files = {"cv": ("cv.txt", b"x" * (5 * MEGABYTE), "text/plain")}
    answer = await (await open_form(client)).send(client, TYPED, files)
    assert answer.status_code == 413
    assert await counts(superuser, *STORED) == NOTHING and not blobs(services)


async def test_a_body_of_unknown_length_is_cut_short_too(client: httpx.AsyncClient, services: Services) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield _part("cv", b"", filename="cv.txt").removesuffix(b"\r\n")
        for _ in range(50):
            yield b"x" * 100_000

    answer = await client.post("/en/apply", content=body(), headers=_multipart())
    assert answer.status_code == 413
    assert not blobs(services)


async def test_bytes_that_are_not_utf_8_are_an_error_of_their_field(client: httpx.AsyncClient) -> None:
    sheet = await open_form(client)
    fields = {**sheet.hidden, **TYPED}
    parts = [_part(name, value.encode()) for name, value in fields.items() if name != "name"]
    body = b"".join(
        [*parts, _part("name", b"Noor \xff\xfe Willems"), _part("cv", CV_FILE[1], filename="cv.txt"), _end()]
    )
    answer = await client.post(sheet.path, content=body, headers=_multipart())
    assert answer.status_code == 422 and errors(answer).keys() == {"name"}
    assert "cv.txt is kept" in answer.text
    urlencoded = await client.post(
        sheet.path, content=b"name=%FF%FE", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert urlencoded.status_code == 422 and "characters that cannot be read" in errors(urlencoded)["name"]


@pytest.mark.parametrize("value", ["Noor\0", "Noor\nBcc: all@example.org", "\u202eNoor", "N" * 201])
async def test_a_name_that_cannot_be_one_is_refused(
    client: httpx.AsyncClient, superuser: asyncpg.Pool, value: str
) -> None:
    answer = await (await open_form(client)).send(client, {**TYPED, "name": value}, {"cv": CV_FILE})
    assert answer.status_code == 422 and errors(answer).keys() == {"name"}
    assert await counts(superuser, "candidate") == (0,)


async def test_a_national_register_number_is_refused_and_not_even_shown_again(client: httpx.AsyncClient) -> None:
    number = "85.07.30-033.28"
    fields = {**TYPED, "name": f"Noor {number}", "telephone": number}
    answer = await (await open_form(client)).send(client, fields, {"cv": CV_FILE})
    assert answer.status_code == 422 and errors(answer).keys() == {"name", "telephone"}
    assert "national register number" in errors(answer)["name"]
    assert typed(answer)["name"] == "Noor "


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 415),
        ("text/plain", 415),
        ("", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=other", 400),
        ("multipart/mixed; boundary=cut-here", 415),
        ("multipart/form-data; boundary=" + "x" * 5000, 400),
    ],
)
async def test_a_wrong_content_type_is_refused(
    client: httpx.AsyncClient, superuser: asyncpg.Pool, content_type: str, status: int
) -> None:
    body = _part("name", b"Noor") + _part("cv", CV_FILE[1], filename="cv.txt") + _end()
    answer = await client.post("/en/apply", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert await counts(superuser, *STORED) == NOTHING


@pytest.mark.parametrize("rest", [b"", b"\r\n--", b"\r\n--cut-here\r\nContent-Disp", b"\r\n--cut-here\r\n\r\n"])
async def test_an_upload_that_breaks_off_leaves_nothing_behind(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, rest: bytes
) -> None:
    """Broken off inside the file, and after it: a file that was already whole is removed again."""
    body = _part("name", b"Noor") + _part("cv", CV_FILE[1] * 3000, filename="cv.txt").removesuffix(b"\r\n") + rest
    answer = await client.post("/en/apply", content=body, headers=_multipart())
    assert answer.status_code == 400
    assert await counts(superuser, *STORED) == NOTHING
    assert not blobs(services)


@pytest.mark.parametrize(
    "parts",
    [
        [("cv", "cv.txt"), ("cv", "cv2.txt")],
        [("cv", "cv.txt"), ("photo", "photo.txt")],
        [("cv", "cv.txt"), ("name", "name.txt")],
        [("cv", "cv.txt"), ("form_token", "token.txt")],
    ],
)
async def test_a_file_where_none_belongs_is_refused_and_leaves_nothing_behind(
    client: httpx.AsyncClient, services: Services, superuser: asyncpg.Pool, parts: list[tuple[str, str]]
) -> None:
    body = b"".join(_part(name, CV_FILE[1], filename=filename) for name, filename in parts) + _end()
    answer = await client.post("/en/apply", content=body, headers=_multipart())
    assert answer.status_code == 400
    assert await counts(superuser, *STORED) == NOTHING and not blobs(services)


async def test_a_box_that_is_sent_twice_is_no_consent(client: httpx.AsyncClient) -> None:
    sheet = await open_form(client)
    answer = await client.post(
        sheet.path, data={**sheet.hidden, **TYPED, "pool": ["yes", "yes"]}, files={"cv": CV_FILE}
    )
    assert answer.status_code == 422 and "sent more than once" in errors(answer)["pool"]


async def test_a_hostile_file_name_is_only_a_name(client: httpx.AsyncClient, services: Services) -> None:
    name = "../../../etc/\u202ecv<script>.txt"
    answer = await (await open_form(client)).send(
        client, {**TYPED, "email": ""}, {"cv": (name, CV_FILE[1], "text/plain")}
    )
    assert answer.status_code == 422 and "<script>." not in answer.text and "\u202e" not in answer.text
    assert all(Path(services.settings.files_url).resolve() in path.resolve().parents for path in blobs(services))


@pytest.mark.parametrize("path", ["/en/jobs/none/apply", "/xx/apply", "/xx/jobs/privacy-consultant/apply"])
async def test_a_form_for_nothing_is_not_found(client: httpx.AsyncClient, cast: Cast, path: str) -> None:
    sheet = await open_form(client, cast.vacancy_slug)
    sheet.path = path
    assert (await sheet.send(client, TYPED, {"cv": CV_FILE})).status_code == 404


async def test_an_unknown_method_is_refused_with_what_is_allowed(client: httpx.AsyncClient) -> None:
    answer = await client.put("/en/apply", content=b"x")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


def _part(name: str, content: bytes, *, filename: str = "") -> bytes:
    file = f'; filename="{filename}"' if filename else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def _end() -> bytes:
    return f"--{BOUNDARY}--\r\n".encode()


def _multipart() -> dict[str, str]:
    return {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

"""Every address of the whole product, with whatever one can send it: never a 500, and always our own headers."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from litestar.routes import HTTPRoute

from ats.app import create_app
from ats.core.services import Services
from tests.support.cast import Cast, sign_in

MULTIPART = "multipart/form-data; boundary=abc"
URLENCODED = "application/x-www-form-urlencoded"
FILLERS = ("nl", str(uuid4()), "privacy-consultant", "%00", "%ff", "x" * 300, "..%2f..", "0", "%27%22%3Cscript%3E")
QUERIES = (
    "",
    "?q=%00",
    "?q=%ff",
    "?page=x",
    "?page=%F0%9F%98%80",
    "?language=xx&q=a&q=b",
    "?" + "a=1&" * 60,
    "?next=//x",
)
BODIES = (
    (URLENCODED, b""),
    (URLENCODED, b"name=%ff&email=%00&pool=\xff&password=%00&reason=%ff&form_token=%ff&next=%0d%0a"),
    (URLENCODED, b"name=a&name=b&form_token=x&form_token=y&email=a&password=b&reason=" + b"x" * 50_000),
    (URLENCODED, b"&".join(b"a%d=1" % number for number in range(3000))),
    (MULTIPART, b""),
    (MULTIPART, b'--abc\r\nContent-Disposition: form-data; name="form_token"; filename="x"\r\n\r\nx\r\n--abc--\r\n'),
    (MULTIPART, b'--abc\r\nContent-Disposition: form-data; name="cv"; filename="\0"\r\n\r\n%PDF-1.4\r\n--abc--\r\n'),
    (MULTIPART, b'--abc\r\nContent-Disposition: form-data; name="cv"; filename="cv.pdf"\r\n\r\n%PDF-1.4 cut off'),
    ("application/json", b"[" * 100_000),
    ("", b"\0"),
)
MIN_ROUTES = 20


def addresses(services: Services) -> list[tuple[str, set[str]]]:
    """Every path template of the product with its methods."""
    routes = [route for route in create_app(services.settings).routes if isinstance(route, HTTPRoute)]
    assert len(routes) >= MIN_ROUTES
    return [(route.path_format, {str(method) for method in route.methods}) for route in routes]


def filled(template: str) -> Iterator[str]:
    """The template with each filler for all its parameters, and in a language that exists."""
    for filler in FILLERS if "{" in template else FILLERS[:1]:
        path = re.sub(r"\{language\}", "nl", template) if filler != "%ff" else template
        yield re.sub(r"\{\w+\}", filler, path)


def check(answer: httpx.Response, what: str) -> None:
    """A clear answer: no failure of ours, our headers, nothing cacheable with an error."""
    assert answer.status_code < 500, what
    assert answer.headers["referrer-policy"] == "no-referrer", what
    assert "content-security-policy" in answer.headers, what
    if answer.status_code >= 400:
        assert answer.headers["cache-control"] == "no-store", what


@pytest.mark.parametrize("who", ["nobody", "owner", "coordinator", "administrator"])
async def test_no_address_fails_whatever_is_asked_of_it(
    client: httpx.AsyncClient, services: Services, cast: Cast, who: str
) -> None:
    await sign_in(client, None if who == "nobody" else getattr(cast, who))
    for template, methods in addresses(services):
        for path in filled(template):
            for method in ("GET", "HEAD"):
                check(await client.request(method, path), f"{method} {template} as {path}")
        if "GET" in methods:
            for query in QUERIES:
                address = next(filled(template)) + query
                check(await client.get(address), f"GET {template} {query}")


@pytest.mark.parametrize("who", ["nobody", "owner", "coordinator", "administrator"])
async def test_no_address_fails_whatever_is_sent_to_it(
    client: httpx.AsyncClient, services: Services, cast: Cast, who: str
) -> None:
    seen = set()
    for template, _methods in addresses(services):
        if "{rest}" in template:
            continue
        # Signing out on the way would leave the rest untried.
        await sign_in(client, None if who == "nobody" else getattr(cast, who))
        for path in list(filled(template))[:3] if "{" in template else [template]:
            for content_type, body in BODIES:
                headers = {"Content-Type": content_type} if content_type else {}
                answer = await client.post(path, content=body, headers=headers)
                check(answer, f"POST {template} {content_type} {body[:40]!r}")
                seen.add(answer.status_code)
    # The forms were reached, and each kind of refusal was met.
    assert seen >= {400, 404, 405, 415, 422}

"""Pages: language, names in templates, caching, methods, and everything below the prefix answered by us."""

from typing import Any

import httpx
import pytest

from ats.web.site import Site
from tests.web.small_app import RECRUITER_TOKEN, client, make_app, signed_in

SECURITY = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=()",
    "strict-transport-security": "max-age=31536000",
}


async def test_a_page_has_its_language_and_its_names(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/nl/jobs")
    assert answer.status_code == 200
    assert answer.headers["content-language"] == "nl"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<html lang=nl>visitor /nl/jobs /fr/jobs Infosentry NV nl fr en de False ")
    assert "/static/app." in answer.text


async def test_a_language_that_the_organisation_does_not_have_is_not_found(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/it/jobs", headers={"Accept-Language": "fr"})
    assert answer.status_code == 404
    assert answer.headers["content-language"] == "fr"


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [("", "", "fr"), ("?language=de", "", "de"), ("?language=xx", "nl", "fr"), ("", "nl", "fr")],
)
async def test_without_a_language_in_the_path_the_query_and_then_the_account_decide(
    browser: httpx.AsyncClient, query: str, accept: str, expected: str
) -> None:
    answer = await browser.get(f"/desk{query}", headers=signed_in(RECRUITER_TOKEN) | {"Accept-Language": accept})
    assert answer.headers["content-language"] == expected


@pytest.mark.parametrize("path", ["/nl/jobs", "/desk", "/nowhere", "/static/app.css", "/broken/value"])
async def test_every_answer_carries_the_security_headers(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    for name, beginning in SECURITY.items():
        assert answer.headers[name].startswith(beginning), name
    assert len(answer.headers.get_list("content-security-policy")) == 1


async def test_only_a_visitor_gets_a_page_that_may_be_cached(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/nl/jobs")).headers["cache-control"] == "public, max-age=60"
    mine = await browser.get("/nl/jobs", headers=signed_in(RECRUITER_TOKEN))
    assert "staff" in mine.text
    assert mine.headers["cache-control"] == "no-store"
    assert (await browser.get("/it/jobs")).headers["cache-control"] == "no-store"
    assert (await browser.get("/nl/jobs/x/apply")).headers["cache-control"] == "no-store"


async def test_looking_at_pages_never_sets_a_cookie(browser: httpx.AsyncClient) -> None:
    for path in ("/nl/jobs", "/desk", "/nowhere", "/nl/jobs/x/apply"):
        for headers in ({}, signed_in(RECRUITER_TOKEN), signed_in("x" * 43)):
            assert "set-cookie" not in (await browser.get(path, headers=headers)).headers


@pytest.mark.parametrize("path", ["/nl/jobs", "/health", "/static/app.css"])
async def test_head_answers_like_get_without_a_body(browser: httpx.AsyncClient, path: str) -> None:
    head, full = await browser.head(path), await browser.get(path)
    assert head.status_code == full.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == full.headers["content-length"] == str(len(full.content))
    assert head.headers["cache-control"] == full.headers["cache-control"]


async def test_head_of_a_staff_page_sends_a_visitor_to_sign_in(browser: httpx.AsyncClient) -> None:
    answer = await browser.head("/desk")
    assert answer.status_code == 303
    assert answer.content == b""


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/nl/jobs", "GET, HEAD, OPTIONS"),
        ("/nl/jobs/x/apply", "GET, HEAD, OPTIONS, POST"),
        ("/desk/act", "OPTIONS, POST"),
        ("/my/abc/leave", "OPTIONS, POST"),
    ],
)
async def test_a_wrong_method_is_405_with_the_right_ones(browser: httpx.AsyncClient, path: str, allow: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"):
        if method not in allow:
            answer = await browser.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, allow)
            assert answer.text.startswith("<h1>405")
    options = await browser.options(path)
    assert (options.status_code, options.headers["allow"], options.content) == (204, allow, b"")


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/nl", "/nl/nowhere/at/all", "/desk/nowhere", "/desk/applications", "/desk/applications/x/y", "/my",
     "/my/token", "/my/token/nowhere", "/static", "/health/more", "/nl/jobs/x", "/nl/jobs/x/apply/y", "/",
     "/static/notes.md", "/static/%2e%2e/app.css", "/favicon.ico", "/.env"],
)  # fmt: skip
async def test_whatever_is_not_there_is_our_own_404(browser: httpx.AsyncClient, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "DELETE"):
        answer = await browser.request(method, path)
        # Below /static every address takes GET.
        assert answer.status_code == (405 if path.startswith("/static/") and method in ("POST", "DELETE") else 404)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert method == "HEAD" or answer.text.startswith("<h1>40")


async def test_an_id_that_is_none_is_not_found(browser: httpx.AsyncClient) -> None:
    headers = signed_in(RECRUITER_TOKEN)
    right = "7b0c4a54-6c8e-4f0e-9d2e-0f6f2f3c1a11"
    assert (await browser.get(f"/desk/applications/{right}", headers=headers)).text == right
    for wrong in ("1", right[:-1], f"{right}0", "%00", "%ff", "'; --", "a" * 5000):
        answer = await browser.get(f"/desk/applications/{wrong}", headers=headers)
        assert answer.status_code == 404, wrong


@pytest.mark.parametrize(
    "path", ["/%ff", "/nl/%ff", "/nl/jobs/%ff/apply", "/%00", "/nl/jobs%00", "/desk/%c3%28", "/%ed%a0%80"]
)
async def test_a_path_that_cannot_be_read_is_not_found(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("query", [b"q=%ff", b"%ff=1", b"q=%00", b"q=\xff", b"q=%ed%a0%80", b"q=" + b"a" * 9000])
async def test_a_query_that_cannot_be_read_is_400(site: Site, query: bytes) -> None:
    app = make_app(site=site)
    answers: list[dict[str, Any]] = []
    scope = {
        "type": "http", "method": "GET", "path": "/nl/jobs", "raw_path": b"/nl/jobs", "query_string": query,
        "headers": [(b"host", b"jobs.infosentry.example")], "client": ("192.0.2.1", 1), "server": ("x", 80),
        "scheme": "http", "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        answers.append(message)

    await app(scope, receive, send)  # type: ignore[arg-type]
    assert answers[0]["status"] == 400


@pytest.mark.parametrize(
    "value", ["", ",", ";q=", "nl;q=x", "*", "en;q=0", "\xe9", "a" * 100_000, "nl;q=0.0001", "-,--"]
)
async def test_no_accept_language_breaks_a_page(browser: httpx.AsyncClient, value: str) -> None:
    answer = await browser.get("/nowhere", headers=[(b"Accept-Language", value.encode("latin-1"))])
    assert answer.headers["content-language"] == "nl"


async def test_a_redirect_is_303_and_respects_the_prefix_and_the_root_path(site: Site) -> None:
    from ats.web.router import make_site
    from tests.web.small_app import settings

    mounted = Site(settings(), site.assets, make_site(settings(), "/werk/").prefix)
    app = make_app(site=mounted)
    async with client(app, root_path="/outer") as browser:
        answer = await browser.post("/outer/werk/plain", data={"name": "Jan"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/outer/werk/nl/jobs")
        listed = await browser.get("/outer/werk/nl/jobs")
        assert "/outer/werk/fr/jobs" in listed.text
        assert "/outer/werk/static/app." in listed.text
        desk = await browser.get("/outer/werk/desk?a=b%20c")
        assert desk.headers["location"] == "/outer/werk/desk/sign-in?next=/outer/werk/desk%3Fa%3Db%2520c"

"""Who is asking, what they may, and whether their own browser page asked."""

from typing import Any

import httpx
import pytest
from litestar import Controller, Response, get

from ats.core.access import PUBLIC
from ats.web.guards import ServerCache, UndeclaredNeeds, check_declared, safe_next
from ats.web.sessions import clear_session_cookie, read_session_cookie, set_session_cookie
from tests.web.small_app import ADMINISTRATOR_TOKEN, REACHED, RECRUITER_TOKEN, signed_in

SAME = {"Sec-Fetch-Site": "same-origin"}
JSON = {"Accept": "application/json"}


async def test_staff_with_the_power_see_the_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/desk", headers=signed_in(RECRUITER_TOKEN))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


async def test_a_visitor_is_sent_to_sign_in_and_back(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/desk?page=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in?next=/desk%3Fpage%3D2")


@pytest.mark.parametrize("cookie", ["x" * 43, "", "r" * 42, "r" * 44, "r" * 42 + "%72", "\xff" * 43])
async def test_an_unknown_or_malformed_session_is_a_visitor(browser: httpx.AsyncClient, cookie: str) -> None:
    answer = await browser.get("/desk", headers=[(b"Cookie", f"__Host-ats={cookie}".encode("latin-1"))])
    assert answer.status_code == 303


async def test_a_visitor_posting_or_asking_for_json_gets_401(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/desk/act", headers=SAME)).status_code == 401
    answer = await browser.get("/desk", headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:problem-type:ats:not-signed-in")


async def test_a_role_without_the_power_is_403(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/desk", headers=signed_in(ADMINISTRATOR_TOKEN))).status_code == 403
    assert (await browser.post("/desk/act", headers=signed_in(ADMINISTRATOR_TOKEN) | SAME)).status_code == 403
    assert REACHED == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://jobs.infosentry.example"}, 403),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
        ({"Origin": "https://jobs.infosentry.example"}, 303),
        ({"Origin": "https://JOBS.infosentry.example"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://jobs.infosentry.example.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://[::1"}, 403),
        ({"Origin": ""}, 403),
        ({}, 403),
    ],
)
async def test_what_staff_send_has_to_come_from_our_own_page(
    browser: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await browser.post("/desk/act", headers=signed_in(RECRUITER_TOKEN) | headers)
    assert answer.status_code == status
    assert (["act"] if status == 303 else []) == REACHED


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
async def test_a_public_form_from_another_site_is_refused_when_the_browser_says_so(
    browser: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await browser.post("/plain", data={"name": "Jan"}, headers=headers)).status_code == status


async def test_a_private_link_works_from_a_mail_provider(browser: httpx.AsyncClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
    answer = await browser.post("/my/abc/leave", data={"List-Unsubscribe": "One-Click"}, headers=headers)
    assert answer.status_code == 303
    assert REACHED == ["leave 3"]


async def test_a_refused_request_is_not_read(browser: httpx.AsyncClient) -> None:
    read = 0

    async def body() -> Any:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"x" * 1000

    answer = await browser.post("/desk/act", content=body(), headers=SAME)
    assert answer.status_code == 401
    assert read <= 1


def test_the_session_cookie_is_bound_to_our_host() -> None:
    response = Response(None)
    set_session_cookie(response, "t" * 43)
    header = response.cookies[0].to_header(header="")
    assert header.startswith("__Host-ats=" + "t" * 43)
    for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert attribute in header
    assert "Domain" not in header
    assert "Max-Age" not in header
    clear_session_cookie(response)
    assert "Max-Age=0" in response.cookies[1].to_header(header="")


def test_a_cookie_that_came_twice_is_no_session() -> None:
    token = "t" * 43
    assert read_session_cookie([f"a=b; __Host-ats={token}"]) == token
    assert read_session_cookie([f"__Host-ats={token}; __Host-ats={'u' * 43}"]) is None
    assert read_session_cookie([f"__Host-ats={token}", f"__Host-ats={token}"]) is None
    assert read_session_cookie(["", "=", ";;", "__Host-ats"]) is None


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\evil", "/%0d/\n", "javascript:alert(1)", "", "desk",
     "/\tevil", "///x", "/" + "a" * 600],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(path: str) -> None:
    assert safe_next(path, "/desk") == "/desk"


@pytest.mark.parametrize("path", ["/desk", "/werk/desk/pool?q=a%20b", "/a:b"])
def test_signing_in_leads_back(path: str) -> None:
    assert safe_next(path, "/other") == path


def test_a_handler_that_declares_nothing_is_refused_at_start_up() -> None:
    @get("/a", needs=PUBLIC)
    async def declared() -> None: ...

    @get("/b")
    async def forgotten() -> None: ...

    @get("/c", needs="public")
    async def mistaken() -> None: ...

    check_declared([declared])
    with pytest.raises(UndeclaredNeeds, match=r"forgotten, .*mistaken"):
        check_declared([declared, forgotten, mistaken])


def test_a_controller_cannot_hide_undeclared_handlers() -> None:
    class Hidden(Controller):
        @get("/d")
        async def forgotten(self) -> None: ...

    with pytest.raises(UndeclaredNeeds):
        check_declared([Hidden])


def test_a_response_cache_on_the_server_is_refused_at_start_up() -> None:
    @get("/e", needs=PUBLIC, cache=60)
    async def shared() -> None: ...

    with pytest.raises(ServerCache):
        check_declared([shared])

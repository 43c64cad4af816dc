"""Sessions of staff: an opaque token in a __Host- cookie, its hash in the database.

Written only at sign-in and sign-out. Reading a page never sets a cookie, so a page can be cached and nobody who only
looks gets one.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie, Headers
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from ats.core.access import Staff, Visitor
from ats.core.clock import read_clock
from ats.core.crypto import hash_token

COOKIE = "__Host-ats"
# What new_token() makes.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

Resolve = Callable[[bytes, datetime], Awaitable[Staff | None]]


class Sessions(ASGIMiddleware):
    """Sets `scope["user"]`: the Staff of the session cookie, else a Visitor.

    resolve: given by the staff room; token hash and moment -> account, or None when unknown, ended or disabled.
    A handler with `anonymous=True` in its options is served without a look at the session.
    """

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def __deepcopy__(self, memo: dict[int, object]) -> "Sessions":
        # Litestar copies routers; a bound `resolve` must not be copied with whatever it belongs to.
        return self

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Resolve the session of one request."""
        actor: Staff | None = None
        token = read_session_cookie(Headers.from_scope(scope).getall("cookie", []))
        if token and not scope["route_handler"].opt.get("anonymous"):
            actor = await self._resolve(hash_token(token), read_clock())
        scope["user"] = actor or Visitor()
        scope["auth"] = None
        await next_app(scope, receive, send)


def read_session_cookie(cookie_headers: list[str]) -> str | None:
    """The session token out of Cookie headers; None when there is none, it is malformed, or there are several."""
    pairs = (pair.strip().partition("=") for header in cookie_headers for pair in header.split(";"))
    tokens = [value for name, _, value in pairs if name == COOKIE]
    return tokens[0] if len(tokens) == 1 and _TOKEN.fullmatch(tokens[0]) else None


def set_session_cookie(response: Response[Any], token: str) -> None:
    """Give the browser a session token. It ends with the browser; the server's own end comes first."""
    response.set_cookie(_cookie(token))


def clear_session_cookie(response: Response[Any]) -> None:
    """Take the session token back."""
    cookie = _cookie("")
    cookie.max_age = 0
    response.set_cookie(cookie)


def _cookie(value: str) -> Cookie:
    return Cookie(key=COOKIE, value=value, path="/", secure=True, httponly=True, samesite="lax")

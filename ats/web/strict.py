"""Refuses addresses that no page can mean: bytes that are not UTF-8, NUL and other control characters."""

from urllib.parse import unquote_to_bytes

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from ats.core.errors import BadRequest, NotFound
from ats.web.characters import REPLACEMENT, has_control
from ats.web.query import UNREADABLE

MAX_QUERY_BYTES = 8_000


class StrictAddress(ASGIMiddleware):
    """NotFound for an unreadable path, BadRequest for an unreadable or over-long query."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Check one request's address."""
        if not _is_readable(scope["path"].encode("utf-8", "surrogatepass")):
            raise NotFound
        query = scope["query_string"]
        if len(query) > MAX_QUERY_BYTES or not _is_readable(unquote_to_bytes(query)):
            raise BadRequest(UNREADABLE)
        await next_app(scope, receive, send)


def _is_readable(raw: bytes) -> bool:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return REPLACEMENT not in text and not has_control(text, newlines=True)

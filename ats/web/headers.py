"""Response headers that every answer carries, and an empty body for HEAD."""

from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.types.asgi_types import HTTPResponseStartEvent

from ats.core.access import Visitor
from ats.web.site import Site, attach

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
NO_STORE = "no-store"
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
# Without includeSubDomains: mounted in a company's own site, the other subdomains are not ours to decide about.
_HSTS = "max-age=31536000"


def security_headers(site: Site) -> dict[str, str]:
    """The headers of every answer of `site`, apart from caching."""
    return _ALWAYS | ({"Strict-Transport-Security": _HSTS} if site.https else {})


class Headers(ASGIMiddleware):
    """Attaches the site to the request, adds the headers that a handler did not set itself, and answers HEAD.

    Nothing may be cached unless the handler declares `keep="public, max-age=..."`, and then only a visitor's page.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._headers = security_headers(site)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Wrap one request."""
        attach(scope, self._site)
        is_head = scope.get("method") == "HEAD"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(scope, message)
            elif message["type"] == "http.response.body" and is_head:
                message = {"type": "http.response.body", "body": b"", "more_body": message["more_body"]}
            await send(message)

        await next_app(scope, receive, send_with_headers)

    def _complete(self, scope: Scope, message: HTTPResponseStartEvent) -> None:
        headers = MutableScopeHeaders.from_message(message)
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        keep = scope["route_handler"].opt.get("keep")
        may_keep = keep and message["status"] in (200, 304) and isinstance(scope.get("user"), Visitor)
        if "Set-Cookie" in headers:
            headers["Cache-Control"] = NO_STORE
        headers.setdefault("Cache-Control", keep if may_keep else NO_STORE)

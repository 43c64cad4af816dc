"""Did a form come from our own page? Decided from headers alone, before a body is read (OWASP ASVS 5.0, V3.5)."""

from urllib.parse import urlsplit

from ats.core.access import LINK, Needs
from ats.core.errors import Forbidden
from ats.core.text import N_
from ats.web.pages import Connection
from ats.web.site import site_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FOREIGN = N_("This was sent from another site. Please open the page here and send it again.")


def check_origin(connection: Connection, needs: Needs) -> None:
    """Refuse an unsafe request that another site made. Raises Forbidden.

    A private link is its own authority (RFC 8058: the mail provider posts it), so it is exempt. A public form carries
    a signed token; without any header to judge by it is let through. A staff request has to show where it is from.
    """
    if connection.scope.get("method") in SAFE_METHODS or needs == LINK:
        return
    fetch_site = connection.headers.get("sec-fetch-site")
    if fetch_site is not None:
        allowed = fetch_site in ("same-origin", "none")
    else:
        # Referrer-Policy: no-referrer makes browsers send the origin "null" with a form.
        origin = connection.headers.get("origin", "null")
        allowed = needs.kind == "public" if origin == "null" else _is_ours(connection, origin)
    if not allowed:
        raise Forbidden(FOREIGN)


def _is_ours(connection: Connection, origin: str) -> bool:
    try:
        host = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return host in (connection.headers.get("host", "").lower(), site_of(connection.scope).host)

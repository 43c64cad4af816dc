"""How errors are shown: a page for people, problem details (RFC 9457) for programs; nothing internal for either."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from ats.core.errors import AtsError, Invalid, NotSignedIn, TooManyRequests
from ats.core.text import N_
from ats.web.failures import as_ats_error, log_failure
from ats.web.headers import NO_STORE, security_headers
from ats.web.i18n import translate
from ats.web.methods import MethodNotAllowed
from ats.web.negotiation import prefers_json
from ats.web.pages import AnyRequest, best_language, rendered
from ats.web.site import SIGN_IN_PATH, Site, attach, site_of

TEMPLATE = "errors/error.html"
PROBLEM_JSON = "application/problem+json"
TITLES = {
    "bad-request": N_("That did not work"),
    "not-signed-in": N_("Sign in first"),
    "forbidden": N_("Not allowed"),
    "not-found": N_("Page not found"),
    "method-not-allowed": N_("That does not work here"),
    "conflict": N_("It changed meanwhile"),
    "too-large": N_("Too large"),
    "unsupported-media-type": N_("Not that kind of content"),
    "invalid": N_("Please check what you entered"),
    "too-many-requests": N_("Too many attempts"),
    "unavailable": N_("Briefly unavailable"),
    "error": N_("Something went wrong"),
}

Handler = Callable[[Request[Any, Any, Any], Exception], Response[Any]]


def exception_handlers(
    site: Site, host_keys: Iterable[int | type[Exception]] = ()
) -> dict[int | type[Exception], Handler]:
    """The exception handlers of our router.

    host_keys: what the host application handles itself; on our routes our answer takes those over as well.
    """

    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return answer(site, request, error)

    # Litestar looks for the status of an HTTPException before its class, so a host's `404` would win over a class.
    keys: list[int | type[Exception]] = [*range(400, 600), AtsError, HTTPException, Exception, *host_keys]
    return dict.fromkeys(keys, handle)


def answer(site: Site, request: AnyRequest, error: Exception) -> Response[Any]:
    """The response for an exception; logs what nobody expected."""
    # Middleware of a host may fail before ours has attached the site.
    attach(request.scope, site)
    shown = as_ats_error(error)
    if shown.status >= 500:
        log_failure(error, route=request.scope.get("path_template", ""), method=request.scope.get("method", ""))
    language = best_language(request)
    if prefers_json(request.headers.get("accept", "")):
        response = _problem(shown, language)
    elif isinstance(shown, NotSignedIn) and request.scope.get("method") in ("GET", "HEAD"):
        response = _to_sign_in(site, request)
    else:
        response = _page(request, shown, language)
    for name, value in (security_headers(site) | _headers(shown)).items():
        response.headers[name] = value
    return response


def _headers(error: AtsError) -> dict[str, str]:
    headers = {"Cache-Control": NO_STORE}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = error.allow
    return headers


def _problem(error: AtsError, language: str) -> Response[bytes]:
    problem: dict[str, object] = {
        "type": f"urn:problem-type:ats:{error.code}",
        "title": translate(language, TITLES.get(error.code, TITLES["error"])),
        "status": error.status,
        "detail": translate(language, error.message),
    }
    if isinstance(error, Invalid):
        problem["errors"] = [
            {"field": name, "detail": translate(language, message)} for name, message in error.fields.items()
        ]
    return Response(msgspec.json.encode(problem), status_code=error.status, media_type=PROBLEM_JSON)


def _to_sign_in(site: Site, request: AnyRequest) -> Response[Any]:
    root = request.scope.get("root_path", "").rstrip("/")
    query = request.scope["query_string"].decode("ascii", "replace")
    back = root + request.scope["path"] + (f"?{query}" if query else "")
    location = f"{root}{site.prefix}{SIGN_IN_PATH}?next={quote(back, safe='/')}"
    return Response(None, status_code=303, headers={"Location": location}, media_type="text/plain")


def _way_back(request: AnyRequest) -> str:
    return request.scope.get("root_path", "").rstrip("/") + site_of(request.scope).prefix + "/"


def _page(request: AnyRequest, error: AtsError, language: str) -> Response[Any]:
    title = translate(language, TITLES.get(error.code, TITLES["error"]))
    message = translate(language, error.message)
    invalid = error.fields if isinstance(error, Invalid) else {}
    fields = {name: translate(language, text) for name, text in invalid.items()}
    try:
        return rendered(
            request, TEMPLATE, language, status_code=error.status,
            status=error.status, title=title, message=message, fields=fields, way_back=_way_back(request),
        )  # fmt: skip
    except Exception as failure:  # noqa: BLE001 -- a broken error page must not hide the answer
        log_failure(failure, route=TEMPLATE, method="")
        return Response(f"{title}\n\n{message}\n", status_code=error.status, media_type="text/plain")

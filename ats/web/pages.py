"""How a handler answers: a page from a template, or a redirect after a POST."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response
from litestar.connection import ASGIConnection

from ats.core.access import Candidate, Staff
from ats.core.errors import BadRequest, NotFound
from ats.web.environment import render
from ats.web.i18n import negotiate
from ats.web.query import query_value
from ats.web.site import site_of

AnyRequest = Request[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]


def page(
    request: AnyRequest,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response[bytes]:
    """Answer with a rendered template.

    template: path below templates/. context: what this page shows; besides, every page knows `_`, `language`,
    `languages`, `path_for(name, **params)`, `static(file)`, `organisation`, `actor`, `current_path`, `demo`.
    Raises NotFound when the path names a language that the organisation does not have.
    """
    return rendered(request, template, language_of(request), status_code=status_code, headers=headers, **context)


def rendered(
    request: AnyRequest,
    template: str,
    language: str,
    *,
    status_code: int,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response[bytes]:
    """`page` in a given language."""
    site = site_of(request.scope)
    root_path = request.scope.get("root_path", "")

    def path_for(name: str, **params: object) -> str:
        return site.path_for(name, root_path=root_path, **params)

    def static(file: str) -> str:
        return path_for("static:file", file=site.assets.hashed(file))

    known = {
        "languages": site.organisation.languages,
        "path_for": path_for,
        "static": static,
        "actor": request.scope.get("user"),
        "current_path": current_path(request),
        "demo": site.settings.demo,
    }
    body = render(template, language, organisation=site.organisation, **(known | context))
    return Response(
        body.encode(),
        status_code=status_code,
        media_type="text/html",
        headers={"Content-Language": language} | dict(headers or {}),
    )


def see_other(request: AnyRequest, name: str, **params: object) -> Response[None]:
    """Redirect with 303: after a POST, or to another page. `name` and `params` as for `path_for`."""
    path = site_of(request.scope).path_for(name, root_path=request.scope.get("root_path", ""), **params)
    return redirect(path)


def redirect(path: str) -> Response[None]:
    """Redirect with 303 to a path of this site."""
    return Response(None, status_code=303, headers={"Location": path}, media_type="text/plain")


def current_path(connection: Connection) -> str:
    """The path of this request below the mount prefix, without query; "/" at least."""
    path: str = connection.scope["path"]
    return path.removeprefix(site_of(connection.scope).prefix) or "/"


def language_of(connection: Connection) -> str:
    """The language of a page: of the path, else ?language=, else the actor's, else Accept-Language, else the first.

    Raises NotFound when the path names a language that the organisation does not have.
    """
    in_path = connection.scope["path_params"].get("language")
    if in_path is None:
        return best_language(connection)
    if in_path not in site_of(connection.scope).organisation.languages:
        raise NotFound
    return str(in_path)


def best_language(connection: Connection) -> str:
    """`language_of` that never raises: for error pages."""
    languages = site_of(connection.scope).organisation.languages
    try:
        asked = query_value(connection, "language")
    except BadRequest:
        asked = ""
    actor = connection.scope.get("user")
    own = actor.language if isinstance(actor, Staff | Candidate) else ""
    for language in (connection.scope["path_params"].get("language"), asked, own):
        if language in languages:
            return str(language)
    return negotiate(connection.headers.get("accept-language", ""), languages) or languages[0]

"""Puts the handlers of all rooms into one Litestar router, with everything that makes a page of ours."""

from collections.abc import Iterable, Sequence

from litestar import Router
from litestar.handlers import HTTPRouteHandler
from litestar.types import Dependencies

from ats.settings import Settings
from ats.web.assets import Assets
from ats.web.errors import exception_handlers
from ats.web.guards import check_declared, enforce_needs
from ats.web.headers import Headers
from ats.web.methods import complete
from ats.web.sessions import Resolve, Sessions
from ats.web.site import NAME_PREFIX, Site
from ats.web.static import static_file
from ats.web.strict import StrictAddress

# A CV and a letter of full size, and the rest of the form.
_FILES_A_FORM = 3
_OTHER_FIELDS_BYTES = 1_000_000


class RouteNameTaken(RuntimeError):
    """Two handlers have the same name, or one has none or does not begin with "ats:"."""


def make_site(settings: Settings, prefix: str = "") -> Site:
    """A site mounted at `prefix` ("", "/" or "/jobs"). Reads the static files."""
    stripped = prefix.strip("/")
    return Site(settings, Assets(), f"/{stripped}" if stripped else "")


def build_router(
    site: Site,
    handlers: Sequence[HTTPRouteHandler],
    *,
    resolve: Resolve,
    dependencies: Dependencies,
    host_exception_keys: Iterable[int | type[Exception]] = (),
) -> Router:
    """The router of `site`, to be registered in a Litestar application.

    handlers: of all rooms, with paths below the prefix; static files are added. resolve: finds the account of a session
    token's hash. dependencies: what handlers ask for by name (`services`). host_exception_keys: keys of the host's own
    exception handlers, which keep serving the host's routes only.
    Raises UndeclaredNeeds, UnfitPath or RouteNameTaken.
    """
    ours = [*handlers, static_file]
    check_declared(ours)
    for handler in ours:
        name = handler.name or ""
        if not name.startswith(NAME_PREFIX) or name in site.routes:
            raise RouteNameTaken(f"{handler.handler_name}: name {name!r}")
        site.routes[name] = next(iter(sorted(handler.paths)))
    return Router(
        path=site.prefix or "/",
        route_handlers=complete(ours),
        middleware=[Headers(site), StrictAddress(), Sessions(resolve)],
        guards=[enforce_needs],
        exception_handlers=exception_handlers(site, host_exception_keys),
        dependencies=dependencies,
        request_max_body_size=_FILES_A_FORM * site.settings.upload_max_bytes + _OTHER_FIELDS_BYTES,
        include_in_schema=False,
        # A host's own CSRF and authentication middleware stay away from our routes: we check these ourselves.
        opt={"exclude_from_csrf": True, "exclude_from_auth": True},
    )

"""What every page of one mounted instance shares: settings, where it is mounted, its routes and its static files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

from ats.organisation import Organisation
from ats.settings import Settings
from ats.web.assets import Assets

_SCOPE_KEY = "ats"
NAME_PREFIX = "ats:"
SIGN_IN_PATH = "/desk/sign-in"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True, eq=False)
class Site:
    """One mounted instance. `prefix` is "" or begins with "/" and does not end with it.

    routes: route name -> path template below the prefix, filled in by `router.build_router`.
    """

    settings: Settings
    assets: Assets
    prefix: str = ""
    routes: dict[str, str] = field(default_factory=dict)

    def __deepcopy__(self, memo: dict[int, object]) -> "Site":
        # Litestar copies a router when it registers it; there is still one site.
        return self

    @property
    def organisation(self) -> Organisation:
        """The organisation whose site this is."""
        return self.settings.organisation

    @property
    def https(self) -> bool:
        """Whether people reach the site over TLS."""
        return self.settings.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """Host (and port) under which people reach the site."""
        return urlsplit(self.settings.base_url).netloc.lower()

    def path_for(self, name: str, /, *, root_path: str = "", **params: object) -> str:
        """The path of a route: `root_path` + prefix + route.

        name: with or without "ats:". params: path parameters; the others become the query, None is left out.
        Raises LookupError for an unknown route or a missing parameter.
        """
        template = self.routes[name if name.startswith(NAME_PREFIX) else NAME_PREFIX + name]
        query = {key: value for key, value in params.items() if value is not None}

        def fill(match: re.Match[str]) -> str:
            return quote(str(query.pop(match[1])), safe="/" if match[0].endswith(":path}") else "")

        path = root_path.rstrip("/") + self.prefix + _PARAMETER.sub(fill, template)
        return (path or "/") + (f"?{urlencode(query)}" if query else "")


def attach(scope: Mapping[str, Any], site: Site) -> None:
    """Make `site` the one that a connection's scope belongs to."""
    cast(dict[str, Any], scope)[_SCOPE_KEY] = site


def site_of(scope: Mapping[str, Any]) -> Site:
    """The site that a connection's scope belongs to."""
    return cast(Site, scope[_SCOPE_KEY])

"""The same page in the other languages."""

from typing import Any

from litestar.connection import ASGIConnection

from ats.web.site import site_of


def alternates(connection: ASGIConnection[Any, Any, Any, Any], name: str, **params: object) -> dict[str, str]:
    """Language code -> path of the public page `name`, for every language of the organisation.

    params: the page's path parameters apart from `language`. Raises LookupError for an unknown route.
    """
    site = site_of(connection.scope)
    root_path = connection.scope.get("root_path", "")
    return {
        language: site.path_for(name, root_path=root_path, language=language, **params)
        for language in site.organisation.languages
    }

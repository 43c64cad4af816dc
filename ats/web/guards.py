"""Deny by default: a handler says what it needs, or the application does not start."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from litestar import Controller, Router
from litestar.handlers import BaseRouteHandler

from ats.core.access import Needs, Staff
from ats.core.errors import Forbidden, NotSignedIn
from ats.web.origin import check_origin
from ats.web.pages import Connection


class ServerCache(RuntimeError):
    """A handler asks for Litestar's response cache, which would give one person's page to another."""


class UndeclaredNeeds(RuntimeError):
    """Handlers without a `needs`; their names are in the message."""


def enforce_needs(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of every route: checks the handler's `needs` and where an unsafe request comes from.

    Raises NotSignedIn, or Forbidden. Which object somebody may see is decided by the loaders, not here.
    """
    needs = handler.opt.get("needs")
    if not isinstance(needs, Needs):
        raise Forbidden
    check_origin(connection, needs)
    if needs.power is None:
        return
    actor = connection.scope.get("user")
    if not isinstance(actor, Staff):
        raise NotSignedIn
    if not actor.may(needs.power):
        raise Forbidden


def check_declared(handlers: Iterable[Any]) -> None:
    """Refuse handlers that do not declare `needs` (UndeclaredNeeds names them all) or use Litestar's `cache`."""
    missing = []
    for handler in _flat(handlers):
        if getattr(handler, "cache", False):
            raise ServerCache(f"{handler.handler_name}: use keep= instead of cache=")
        if not isinstance(handler.opt.get("needs"), Needs):
            missing.append(handler.handler_name)
    if missing:
        raise UndeclaredNeeds(f"handlers without needs=: {', '.join(sorted(missing))}")


def _flat(handlers: Iterable[Any]) -> Iterator[BaseRouteHandler]:
    for handler in handlers:
        if isinstance(handler, Router) or (isinstance(handler, type) and issubclass(handler, Controller)):
            # Their layered options would have to be resolved first; plain functions do for every room.
            raise UndeclaredNeeds(f"{handler} is not a plain handler")
        yield handler


def safe_next(path: str, default: str) -> str:
    """`path` when it is a path on this site, else `default`: where to go after signing in.

    Refuses other sites in all their spellings (two slashes, a backslash, a scheme) and control characters.
    """
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable() or len(path) > 500:
        return default
    try:
        parts = urlsplit(path)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else path

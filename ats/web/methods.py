"""Completes the routes of a site, so that every request below its prefix gets an answer of ours.

Litestar raises "not found" and "wrong method" while routing, where only the host application's handlers see them, and
it does not serve HEAD for a GET. So each path gets handlers for the methods that it lacks, and each branch of the tree
of paths a handler for what is not there.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from ats.core.access import PUBLIC
from ats.core.errors import AtsError, NotFound
from ats.core.text import N_

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_REST = "{rest:path}"
_TYPED = re.compile(r"\{\w+:(?!str\}|path\})\w+\}")


class MethodNotAllowed(AtsError):
    """The address exists, with other methods. allow: those."""

    status = 405
    code = "method-not-allowed"
    message = N_("This address does not accept that kind of request.")

    def __init__(self, allow: str) -> None:
        super().__init__()
        self.allow = allow


class UnfitPath(RuntimeError):
    """A handler's path that cannot be answered for in all cases; the message says how to write it."""


def complete(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """The handlers themselves (GET answers HEAD from now on), and those that answer everything else below the prefix.

    Raises UnfitPath for a path parameter that Litestar would convert while routing ({id:uuid}): write {id:str} and
    let the handler's annotation convert, so that a malformed id is our own 404.
    """
    by_path: dict[str, set[str]] = defaultdict(set)
    pages = list(handlers)
    for handler in pages:
        if "GET" in handler.http_methods:
            handler.http_methods = {*handler.http_methods, "HEAD"}
        for path in handler.paths:
            if match := _TYPED.search(path):
                raise UnfitPath(f"{path}: {match[0]} must be a str parameter; the annotation converts it")
            by_path["/" + path.strip("/")] |= {str(method) for method in handler.http_methods}
    _check_spelling(by_path)
    # In front of the pages: Litestar gives a path its own OPTIONS with the first handler that it sees.
    others = [stub for path, methods in by_path.items() for stub in _other_methods(path, methods)]
    return others + pages + [_nothing_here(path) for path in sorted(_gaps(set(by_path)))]


def _check_spelling(paths: Iterable[str]) -> None:
    spellings: dict[str, str] = {}
    for path in paths:
        if (other := spellings.setdefault(_shape(path), path)) != path:
            raise UnfitPath(f"{path} and {other} differ in the name of a parameter only")


def _other_methods(path: str, methods: set[str]) -> list[HTTPRouteHandler]:
    allow = ", ".join(sorted(methods | {"OPTIONS"}))

    async def options() -> Response[None]:
        return Response(None, status_code=204, headers={"Allow": allow}, media_type="text/plain")

    async def refuse() -> None:
        raise MethodNotAllowed(allow)

    others = [method for method in METHODS if method not in methods and method != "OPTIONS"]
    return [_stub(path, ["OPTIONS"], options), _stub(path, others, refuse)]


def _nothing_here(path: str) -> HTTPRouteHandler:
    async def refuse() -> None:
        raise NotFound

    return _stub(path, METHODS, refuse)


def _stub(path: str, methods: Iterable[str], answer: Any) -> HTTPRouteHandler:
    # The page behind may need more, but what is refused here tells nothing that the path itself does not.
    return HTTPRouteHandler(path, http_method=list(methods), needs=PUBLIC, anonymous=True)(answer)  # type: ignore[arg-type]


def _gaps(paths: set[str]) -> set[str]:
    """Where to answer "not found": branches without a page, and the rest below every branch without a parameter."""
    children: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        branch = ""
        for part in path.strip("/").split("/") if path != "/" else ():
            # Litestar keeps one parameter a branch, whatever its name.
            children[branch].add(part)
            branch = f"{branch}/{part}"
        children.setdefault(branch, set())
    shapes = {_shape(path) for path in paths}
    gaps = {branch for branch in children if branch and _shape(branch) not in shapes}
    if "/" not in paths:
        gaps.add("/")
    parametrised = {_shape(branch) for branch, below in children.items() if any(part.startswith("{") for part in below)}
    for branch in children:
        if _shape(branch) not in parametrised and not branch.endswith(":path}"):
            gaps.add(f"{branch}/{_REST}")
    # Branches that differ in the name of a parameter only are one to Litestar.
    return set({_shape(gap): gap for gap in sorted(gaps)}.values())


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)

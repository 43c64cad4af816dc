"""Serves the small application in a process of its own: `python -m tests.web.serve_small_app FOLDER [PORT|fail]`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from litestar import Litestar, Request, Response, post
from litestar.response import Stream

from ats.core.access import PUBLIC
from ats.web import boundary, environment, protocol
from ats.web.assets import Assets
from ats.web.router import build_router
from ats.web.server import AddressUnusable, serve
from ats.web.site import Site
from tests.web.small_app import CANARY, HANDLERS, resolve, settings, write_templates


@post("/slow", name="ats:room:slow", needs=PUBLIC)
async def slow(request: Request[Any, Any, Any]) -> Response[str]:
    """Takes a second."""
    await asyncio.sleep(1)
    return Response("done", media_type="text/plain", status_code=200)


@post("/half", name="ats:room:half", needs=PUBLIC)
async def half() -> Stream:
    """Breaks off in the middle of its answer."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"x" * 100
        raise ValueError(CANARY)

    return Stream(pieces(), media_type="text/plain", status_code=200)


def say(line: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(folder: Path, argument: str) -> None:
    """Serve until a signal comes."""
    write_templates(folder)
    (folder / "app.css").write_text("body {}")
    environment.FOLDER = folder
    protocol.HEADER_SECONDS = 2
    boundary.BODY_IDLE_SECONDS = 2
    boundary.DRAIN_SECONDS = 4
    site = Site(settings(port=int(argument) if argument.isdigit() else 0), Assets(folder))
    router = build_router(site, [*HANDLERS, slow, half], resolve=resolve, dependencies={})

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        if argument == "fail":
            raise ValueError(CANARY)
        yield
        say("closed")

    app = Litestar([router], lifespan=[lifespan], openapi_config=None, logging_config=None)
    await serve(app, site.settings, on_ready=lambda host, port: say(f"ready {host} {port}"))
    say("returned")


if __name__ == "__main__":
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.WriteLoggerFactory(sys.stderr)
    )
    try:
        asyncio.run(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "0"))
    except AddressUnusable as unusable:
        sys.exit(str(unusable))
    except ValueError as failure:
        sys.exit(f"start-up raised {type(failure).__name__}")

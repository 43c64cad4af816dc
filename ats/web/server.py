"""Serves an application over HTTP/1.1 with uvicorn; TLS is the business of the proxy in front."""

import asyncio
import errno
import inspect
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from litestar.types import ASGIApp

from ats.settings import Settings
from ats.web.boundary import MAX_HEADER_BYTES, Boundary
from ats.web.protocol import Protocol

KEEP_ALIVE_SECONDS = 15
GRACEFUL_SECONDS = 20
BACKLOG = 512
MAX_CONNECTIONS = 1_000

OnReady = Callable[[str, int], Awaitable[None] | None]


class AddressUnusable(RuntimeError):
    """The address cannot be listened on; the message says why and what to do."""


async def serve(app: ASGIApp, settings: Settings, *, on_ready: OnReady | None = None) -> None:
    """Serve `app` on settings.host and settings.port until SIGINT, SIGTERM or cancellation.

    What is running then is finished first.

    on_ready: called with the host and the actual port (port 0 takes a free one) once requests are accepted.
    Returns after a signal, so that the caller can clean up too. Raises AddressUnusable, or what the application's own
    start-up raised.
    """
    boundary = Boundary(app)
    listening = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        cast(Any, boundary),
        http=Protocol,
        ws="none",
        lifespan="on",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    with listening:
        server = _Server(config, listening, on_ready)
        try:
            await server.serve(sockets=[listening])
        except SystemExit:
            # uvicorn's way to say that the start-up failed.
            if boundary.failure is None:
                raise
            raise boundary.failure from None
    if server.was_cancelled:
        raise asyncio.CancelledError


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, listening: socket.socket, on_ready: OnReady | None) -> None:
        super().__init__(config)
        self.was_cancelled = False
        self._listening = listening
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._on_ready is not None and not self.should_exit:
            host, port = self._listening.getsockname()[:2]
            result = self._on_ready(host, port)
            if inspect.isawaitable(result):
                await result

    async def main_loop(self) -> None:
        try:
            await super().main_loop()
        except asyncio.CancelledError:
            # Requests that are running are finished first.
            self.was_cancelled = True

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        with super().capture_signals():
            try:
                yield
            finally:
                # uvicorn would raise them again and end the process before the caller has cleaned up.
                self._captured_signals.clear()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off (40 ms an answer) only where the protocol is said to be TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            reason = "another program uses this port; stop it, or choose another with ATS_PORT (0 takes a free one)"
        elif error.errno == errno.EACCES:
            reason = "this port needs more rights; choose one above 1023 with ATS_PORT"
        else:
            reason = "this machine has no such address; set ATS_HOST"
        raise AddressUnusable(f"cannot listen on {host}:{port}: {reason}") from None
    return listening

"""The outermost layer of the served application: limits on the address and headers, the last resort, the access log."""

import asyncio
import contextlib
import time
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ats.web.failures import log_failure

MAX_HEADER_BYTES = 65_536
MAX_TARGET_BYTES = 16_384
# An early answer to a large upload is held back until the client has sent it, so that a browser shows it.
DRAIN_SECONDS = 30
# A client that stops in the middle of what it sends is treated as gone.
BODY_IDLE_SECONDS = 60
_log = structlog.get_logger("ats.access")


class Boundary:
    """Wraps an ASGI application. Logs method, route template, status and milliseconds; never an address or a query.

    failure: what the application's start-up or end raised, if it did.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass the lifespan on."""
        if scope["type"] == ScopeType.HTTP:
            await self._serve(scope, receive, send)
        else:
            await self._live(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_quietly(message: Any) -> None:
            # Litestar's message is a whole traceback, and the server would log it.
            if "message" in message:
                message["message"] = ""
            await send(message)

        try:
            await self._app(scope, receive, send_quietly)
        except Exception as error:
            # Litestar's task group wraps even a single exception.
            while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
                error = error.exceptions[0]
            self.failure = error
            raise

    async def _serve(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        exchange = _Exchange(scope, receive, send)
        try:
            if status := _refusal(scope):
                await exchange.answer(*status)
            else:
                await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:  # noqa: BLE001 -- the server would log the exception's text
            log_failure(error, route=scope.get("path_template", ""), method=scope["method"])
            if exchange.status:
                # Cut the connection: an answer that looks complete would be a lie.
                raise ConnectionAbortedError from None
            await exchange.answer(500, "Something went wrong on our side.")
        finally:
            _log.info(
                "request",
                method=scope["method"],
                route=scope.get("path_template", ""),
                status=exchange.status,
                milliseconds=round((time.perf_counter() - began) * 1000, 1),
            )


def _refusal(scope: HTTPScope) -> tuple[int, str] | None:
    if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return 431, "The request's headers are too large."
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET_BYTES:
        return 414, "The address is too long."
    return None


class _Exchange:
    """One request and its answer: knows what was sent, and whether the request's body has been read."""

    def __init__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        self.status = 0
        self._receive = receive
        self._send = send
        headers: dict[bytes, bytes] = dict(scope["headers"])
        self._body_open = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
        self._stalled = False
        self._waits_for_100 = headers.get(b"expect", b"").lower() == b"100-continue"

    async def receive(self) -> Any:
        self._waits_for_100 = False
        try:
            async with asyncio.timeout(BODY_IDLE_SECONDS if self._body_open else None):
                message: Any = await self._receive()
        except TimeoutError:
            # The body stays open, so that the connection is closed after the answer.
            self._stalled = True
            return {"type": "http.disconnect"}
        if message["type"] != "http.request" or not message.get("more_body"):
            self._body_open = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._body_open and not self._waits_for_100 and not self._stalled:
                await self._drain()
            if self._body_open:
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            self.status = message["status"]
        await self._send(message)

    async def answer(self, status: int, text: str) -> None:
        body = text.encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    async def _drain(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._body_open and not self._stalled:
                    await self.receive()

"""uvicorn's HTTP/1.1 protocol with clear answers for requests that never reach the application."""

import sys
from asyncio import BaseTransport, TimerHandle
from http import HTTPStatus
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 20
# How long a client that was answered early may go on sending before the connection is cut: it reads our answer only
# after it has sent everything, and a closed connection would take that away from it.
LINGER_SECONDS = 5
_MESSAGES = {
    400: "The request could not be understood.",
    408: "The request took too long to arrive.",
    431: "The request's headers are too large.",
}


class Protocol(H11Protocol):
    """431 for a block of headers beyond the limit, 408 for one that never ends, 400 for what is not HTTP."""

    _header_timer: TimerHandle | None = None
    _refused = False

    def connection_made(self, transport: BaseTransport) -> None:
        """Start waiting for the first request."""
        super().connection_made(cast(Any, transport))
        self._header_timer = self.loop.call_later(HEADER_SECONDS, self._header_timeout)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; those of a request that was refused already are dropped."""
        if self._refused:
            return
        super().data_received(data)
        if self._header_timer is None and self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            # The beginning of another request on the same connection.
            self._header_timer = self.loop.call_later(HEADER_SECONDS, self._header_timeout)

    def handle_events(self) -> None:
        """Parse what came; a complete block of headers ends the wait for it."""
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._stop_timer()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- uvicorn's signature
        """Called by uvicorn while it handles h11's error, which knows the better status."""
        self._refuse(getattr(sys.exc_info()[1], "error_status_hint", 400))

    def _header_timeout(self) -> None:
        self._header_timer = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            if self.conn.trailing_data[0]:
                self._refuse(408)
            else:
                self.transport.close()

    def _stop_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _refuse(self, status: int) -> None:
        self._stop_timer()
        status = status if status in _MESSAGES else 400
        body = _MESSAGES[status].encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        self._refused = True
        # Written past h11, whose state allows no answer after some errors.
        self.transport.write(head.encode() + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

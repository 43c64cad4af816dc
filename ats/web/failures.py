"""Which of our errors stands for any exception: Litestar's, the database's, or one that nobody expected."""

import asyncpg
import structlog
from litestar.exceptions import HTTPException, ValidationException

from ats.core.db import NotConnected
from ats.core.errors import (
    AtsError,
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooManyRequests,
    Unavailable,
    UnsupportedMedia,
)
from ats.web.methods import MethodNotAllowed

_KNOWN = (BadRequest, NotSignedIn, Forbidden, NotFound, Conflict, TooLarge, UnsupportedMedia)
_BY_STATUS: dict[int, type[AtsError]] = {error.status: error for error in _KNOWN}
# The database or the disk does not answer: worth a second try, and no fault of this code.
_OUTAGES = (
    NotConnected,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.AdminShutdownError,
)
_log = structlog.get_logger("ats.web")


def as_ats_error(error: Exception) -> AtsError:
    """The error to answer with. Only what is ours, or Litestar's on purpose, says more than "something went wrong"."""
    if isinstance(error, AtsError):
        return error
    if isinstance(error, HTTPException):
        return _from_litestar(error)
    return Unavailable() if isinstance(error, _OUTAGES) else AtsError()


def _from_litestar(error: HTTPException) -> AtsError:
    if isinstance(error, ValidationException):
        # A path parameter that its annotation cannot convert is an address that does not exist.
        sources = {each.get("source") for each in error.extra or () if isinstance(each, dict)}
        return NotFound() if "path" in sources else BadRequest()
    if error.status_code == MethodNotAllowed.status:
        return MethodNotAllowed((error.headers or {}).get("allow", ""))
    if error.status_code == TooManyRequests.status:
        return TooManyRequests(60)
    if error.status_code in _BY_STATUS:
        return _BY_STATUS[error.status_code]()
    return BadRequest() if error.status_code < 500 else AtsError()


def log_failure(error: BaseException, *, route: str, method: str) -> None:
    """Log an exception by its type and where it came from. Its text may hold what somebody typed, so it stays out."""
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{traceback.tb_frame.f_globals.get('__name__', '?')}.{code.co_name}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    _log.error("request failed", error=type(error).__name__, frames=frames[-20:], route=route, method=method)

"""Reads query strings strictly and without Litestar's cache, which would keep searched names in memory."""

from typing import Any
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection

from ats.core.errors import BadRequest
from ats.core.text import N_
from ats.web.characters import has_control, tidy

MAX_PARAMETERS = 50
UNREADABLE = N_("This address contains characters that cannot be read.")


def read_pairs(encoded: bytes, limit: int) -> list[tuple[str, str]]:
    """The name-value pairs of an urlencoded text, at most `limit` of them.

    Bytes that are not UTF-8 come out as U+FFFD. Raises BadRequest for too many pairs.
    """
    try:
        text = encoded.decode("ascii")
    except UnicodeDecodeError:
        # Some clients send UTF-8 without percent-encoding it.
        text = encoded.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=limit)
    except ValueError:
        raise BadRequest from None


def query_values(connection: ASGIConnection[Any, Any, Any, Any], name: str) -> list[str]:
    """All values of one query parameter, tidied. Raises BadRequest for bytes that are not UTF-8, NUL and the like."""
    encoded: bytes = connection.scope["query_string"]
    pairs = read_pairs(encoded, MAX_PARAMETERS)
    if any("\ufffd" in text or has_control(text, newlines=True) for pair in pairs for text in pair):
        raise BadRequest(UNREADABLE)
    return [tidy(value) for key, value in pairs if key == name]


def query_value(connection: ASGIConnection[Any, Any, Any, Any], name: str, *, max_length: int = 200) -> str:
    """The first value of a query parameter, "" when it is not there.

    Raises BadRequest when it is longer than `max_length` characters or cannot be read.
    """
    value = next(iter(query_values(connection, name)), "")
    if len(value) > max_length:
        raise BadRequest
    return value

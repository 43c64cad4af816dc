"""Reads the Accept headers (RFC 9110, section 12.5): what a browser prefers, whatever nonsense it sends."""

import re
from collections.abc import Sequence

_MAX_HEADER = 1_000
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


def qualities(header: str) -> list[tuple[str, float]]:
    """The values of an Accept-like header with their weights (0 to 1), the preferred first.

    Malformed parts are left out; only the first 1,000 characters are looked at.
    """
    found: list[tuple[str, float]] = []
    for part in header[:_MAX_HEADER].split(","):
        value, *parameters = (piece.strip() for piece in part.lower().split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        if value and _QUALITY.fullmatch(weight):
            found.append((value, float(weight)))
    return sorted(found, key=lambda each: -each[1])


def negotiate(accept_language: str, languages: Sequence[str]) -> str | None:
    """The first of `languages` that an Accept-Language header asks for (RFC 4647 lookup), or None.

    languages: lower-case primary tags such as "nl". A range such as "nl-BE" falls back to "nl"; "*" asks for nothing.
    """
    for value, weight in qualities(accept_language):
        primary = value.split("-")[0]
        if weight > 0 and primary in languages:
            return primary
    return None


def prefers_json(accept: str) -> bool:
    """Whether an Accept header ranks JSON (or problem details) above HTML. No preference means HTML."""
    weights: dict[str, float] = {}
    for value, weight in qualities(accept):
        weights.setdefault(value, weight)
    json = max(weights.get("application/json", 0.0), weights.get("application/problem+json", 0.0))
    html = max(weights.get("text/html", 0.0), weights.get("application/xhtml+xml", 0.0))
    return json > html

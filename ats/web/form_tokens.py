"""Form tokens: prove that a form was made here, for this purpose, and lately; and sealed values carried in a page.

A token holds the time of issue and a nonce under an HMAC. The hash of the nonce is stored with what the form made,
so that the same form sent twice is recognised.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ats.core.crypto import Keyring, Unreadable, seal, unseal
from ats.core.errors import Invalid
from ats.core.text import N_

FIELD = "form_token"
# The error belongs to no field that somebody can see.
WHOLE_FORM = "form"
MAX_AGE = timedelta(hours=12)
EXPIRED = N_("This form was open for too long. Please check what you entered and send it again.")
FORGED = N_("This form could not be recognised. Please open the page again and fill it in there.")
# A clock of another process may be a little ahead.
_LEEWAY = timedelta(minutes=1)
_TIME_BYTES = 8
_NONCE_BYTES = 16
_MAC_BYTES = 32
_MAX_LENGTH = 20_000


def issue(keyring: Keyring, purpose: str, *, now: datetime) -> str:
    """A token for one rendering of the form `purpose`, safe in HTML and URLs."""
    payload = _seconds(now).to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_NONCE_BYTES)
    return _encode(payload + _mac(keyring, purpose, payload))


def verify(keyring: Keyring, purpose: str, token: str, *, now: datetime, max_age: timedelta = MAX_AGE) -> bytes:
    """The SHA-256 of the token's nonce (32 bytes), to store and recognise a replay by.

    Raises Invalid, with the remedy under "form", when the token is forged, of another purpose, or older
    than `max_age`.
    """
    raw = _decode(token)
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if len(payload) != _TIME_BYTES + _NONCE_BYTES or not hmac.compare_digest(mac, _mac(keyring, purpose, payload)):
        raise Invalid({WHOLE_FORM: FORGED})
    _check_age(int.from_bytes(payload[:_TIME_BYTES], "big"), now, max_age)
    return hashlib.sha256(payload[_TIME_BYTES:]).digest()


def seal_value(keyring: Keyring, purpose: str, value: Any, *, now: datetime) -> str:
    """`value` (JSON) encrypted, for carrying in a page: what was uploaded while other fields still had errors."""
    plaintext = msgspec.json.encode([_seconds(now), value])
    return _encode(seal(keyring.derive("sealed forms"), plaintext, f"form value {purpose}"))


def open_value(keyring: Keyring, purpose: str, token: str, *, now: datetime, max_age: timedelta = MAX_AGE) -> Any:
    """What `seal_value` sealed. Raises Invalid when it is forged, of another purpose, or older than `max_age`."""
    try:
        plaintext = unseal(keyring.derive("sealed forms"), _decode(token), f"form value {purpose}")
    except Unreadable:
        raise Invalid({WHOLE_FORM: FORGED}) from None
    issued, value = msgspec.json.decode(plaintext)
    _check_age(issued, now, max_age)
    return value


def _check_age(issued: int, now: datetime, max_age: timedelta) -> None:
    age = timedelta(seconds=_seconds(now) - issued)
    if not -_LEEWAY <= age <= max_age:
        raise Invalid({WHOLE_FORM: EXPIRED})


def _seconds(now: datetime) -> int:
    return int(now.astimezone(UTC).timestamp())


def _mac(keyring: Keyring, purpose: str, payload: bytes) -> bytes:
    return hmac.new(keyring.derive("forms"), purpose.encode() + b"\0" + payload, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(token: str) -> bytes:
    if len(token) > _MAX_LENGTH:
        return b""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    # One text a token: without this, the unused bits of the last character could vary.
    return raw if _encode(raw) == token else b""

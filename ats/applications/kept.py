"""Uploads that arrived whole while another field had an error: the page carries them, sealed, to the next attempt."""

from datetime import datetime

import msgspec

from ats.core.errors import AtsError, Invalid, NotFound
from ats.core.services import Services
from ats.core.text import N_
from ats.documents.places import Purpose
from ats.documents.uploads import UPLOAD_LIFE, Received, still_there
from ats.web import form_tokens

GONE = N_("The file that you chose before is no longer kept. Please choose it again.")


class KeptGone(AtsError):
    """A kept upload has expired, was used or cleaned up, or its seal is not ours: the file must be chosen again."""

    status = 422
    code = "kept-upload-gone"
    message = GONE


def seal_kept(services: Services, purpose: Purpose, received: Received, *, now: datetime) -> str:
    """`received`, with the key that opens it, as a text for a hidden field: only this product can read it."""
    return form_tokens.seal_value(services.keyring, _place(purpose), msgspec.to_builtins(received), now=now)


async def open_kept(services: Services, purpose: Purpose, sealed: str, *, now: datetime) -> Received:
    """The upload that `seal_kept` sealed, if it still waits. Raises KeptGone."""
    try:
        value = form_tokens.open_value(services.keyring, _place(purpose), sealed, now=now, max_age=UPLOAD_LIFE)
        received = msgspec.convert(value, Received)
        await still_there(received.id)
    except (Invalid, NotFound):
        raise KeptGone from None
    return received


def _place(purpose: Purpose) -> str:
    return f"kept {purpose.value}"

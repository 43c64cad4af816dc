"""Pure rules about people: how contact details are written, and where their page is."""

from ats.core.crypto import keyed_hash

LINK_PURPOSE = "candidate page"


def normalised_email(email: str) -> str:
    """The form in which an e-mail address is stored and recognised: lower case, without surrounding space."""
    return email.strip().lower()


def key_context(candidate_id: object) -> str:
    """What a person's wrapped key is bound to."""
    return f"candidate_key.wrapped:{candidate_id}"


def private_url(base_url: str, token: str) -> str:
    """The address of the person's own page, as mailed. `base_url` is the public address of the product."""
    return f"{base_url}/my/{token}"


def email_lock(key: bytes, email: str) -> int:
    """A 63-bit number for a lock on one e-mail address, so that two applications at once meet the same person."""
    return int.from_bytes(keyed_hash(key, email)[:8], "big") >> 1

"""Envelope encryption: a master key wraps each person's key, that wraps a key per document; AES-256-GCM throughout.

Every ciphertext is bound to where it stands (`context`, such as "note.body:<row id>"): copied to another row it
does not open. Destroying a person's wrapped key makes everything below it unreadable, in backups too.
Large contents are sealed in chunks after the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): a
chunk that is dropped, moved, repeated or cut off at the end is refused.
"""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
CHUNK_BYTES = 65_536
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SEALED_CHUNK_BYTES = CHUNK_BYTES + _TAG_BYTES
_MAGIC = b"ATS1"
_SALT_BYTES = 32


class Unreadable(Exception):
    """A ciphertext does not open: wrong key, wrong place, changed or cut. Says nothing about its content."""

    def __init__(self) -> None:
        super().__init__("ciphertext does not open with this key in this place")


class Keyring:
    """The master keys, by id. The first wraps; the others unwrap what they wrapped before a rotation."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = dict(keys)
        self.active_id = next(iter(self._keys))

    def __repr__(self) -> str:
        return f"Keyring(active={self.active_id!r})"

    def wrap(self, key: bytes, context: str) -> tuple[str, bytes]:
        """Seal `key` with the active master key; gives (id of that key, sealed key)."""
        return self.active_id, seal(self._keys[self.active_id], key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: str) -> bytes:
        """Open a wrapped key. Raises Unreadable, also when the master key of that id is not here."""
        if key_id not in self._keys:
            raise Unreadable
        return unseal(self._keys[key_id], wrapped, context)

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for `purpose` (signing forms, keyed hashes), the same in every process."""
        return derive_key(self._keys[self.active_id], b"", f"ats {purpose}".encode())


def new_key() -> bytes:
    """A random key of 32 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def new_token() -> str:
    """A random token for a link, session or form: 256 bits, safe in URLs."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What the database keeps of a token (SHA-256; the token itself is random, so no salt is needed)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def keyed_hash(key: bytes, value: str) -> bytes:
    """HMAC-SHA-256 of `value`: recognises a value again without keeping it."""
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def derive_key(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869): a key of 32 bytes."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt, info).derive(key)


def seal(key: bytes, plaintext: bytes, context: str) -> bytes:
    """Encrypt a short content under `key`, bound to `context`: nonce (12 bytes) and ciphertext with tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    """Decrypt what `seal` made. Raises Unreadable."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):
        raise Unreadable from None


class ChunkSealer:
    """Encrypts a stream as it arrives; holds at most one chunk in clear."""

    def __init__(self, key: bytes, context: str) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._cipher = AESGCM(derive_key(key, salt, b"ats stream"))
        self._context = context.encode()
        self._buffer = bytearray()
        self._index = 0
        self._head = _MAGIC + salt

    def update(self, data: bytes) -> bytes:
        """Take plaintext, give back what can be written already (may be empty)."""
        self._buffer += data
        written = bytearray(self._head)
        self._head = b""
        # A full chunk stays back until more arrives: only then is it known not to be the last.
        while len(self._buffer) > CHUNK_BYTES:
            written += self._seal(bytes(self._buffer[:CHUNK_BYTES]), last=False)
            del self._buffer[:CHUNK_BYTES]
        return bytes(written)

    def finish(self) -> bytes:
        """Give back the rest; the stream is complete."""
        written = self._head + self._seal(bytes(self._buffer), last=True)
        self._head = b""
        self._buffer.clear()
        return written

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(_chunk_nonce(self._index, last=last), chunk, self._context)
        self._index += 1
        return sealed


async def open_chunks(sealed: AsyncIterator[bytes], key: bytes, context: str) -> AsyncIterator[bytes]:
    """Decrypt what ChunkSealer wrote, chunk by chunk. Raises Unreadable before giving anything changed or cut."""
    buffer = bytearray()
    cipher: AESGCM | None = None
    index = 0
    async for data in sealed:
        buffer += data
        if cipher is None and len(buffer) >= len(_MAGIC) + _SALT_BYTES:
            cipher = _stream_cipher(bytes(buffer[: len(_MAGIC) + _SALT_BYTES]), key)
            del buffer[: len(_MAGIC) + _SALT_BYTES]
        while cipher is not None and len(buffer) > _SEALED_CHUNK_BYTES:
            yield _open_chunk(cipher, bytes(buffer[:_SEALED_CHUNK_BYTES]), index, context, last=False)
            del buffer[:_SEALED_CHUNK_BYTES]
            index += 1
    if cipher is None:
        raise Unreadable
    yield _open_chunk(cipher, bytes(buffer), index, context, last=True)


def _stream_cipher(head: bytes, key: bytes) -> AESGCM:
    if not head.startswith(_MAGIC):
        raise Unreadable
    return AESGCM(derive_key(key, head[len(_MAGIC) :], b"ats stream"))


def _open_chunk(cipher: AESGCM, sealed: bytes, index: int, context: str, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_chunk_nonce(index, last=last), sealed, context.encode())
    except (InvalidTag, ValueError):
        raise Unreadable from None


def _chunk_nonce(index: int, *, last: bool) -> bytes:
    return bytes(3) + index.to_bytes(8, "big") + (b"\x01" if last else b"\x00")

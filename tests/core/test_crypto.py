import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.core.crypto import (
    CHUNK_BYTES,
    ChunkSealer,
    Keyring,
    Unreadable,
    hash_token,
    new_key,
    new_token,
    open_chunks,
    seal,
    unseal,
)

KEY = new_key()


async def opened(data: bytes, *, key: bytes = KEY, context: str = "blob:1", piece: int = 10_000) -> bytes:
    async def pieces():
        for start in range(0, len(data), piece):
            yield data[start : start + piece]

    return b"".join([chunk async for chunk in open_chunks(pieces(), key, context)])


def sealed_stream(plaintext: bytes, *, piece: int = 7_777) -> bytes:
    sealer = ChunkSealer(KEY, "blob:1")
    written = b"".join(sealer.update(plaintext[start : start + piece]) for start in range(0, len(plaintext), piece))
    return written + sealer.finish()


@given(st.binary(max_size=2_000), st.text(max_size=30))
def test_what_is_sealed_opens_again_in_its_own_place(plaintext, context):
    assert unseal(KEY, seal(KEY, plaintext, context), context) == plaintext


@given(st.binary(min_size=1, max_size=200), st.data())
def test_any_changed_byte_is_noticed(plaintext, data):
    sealed = bytearray(seal(KEY, plaintext, "note.body:1"))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        unseal(KEY, bytes(sealed), "note.body:1")


def test_claim_05_a_ciphertext_copied_to_another_row_does_not_open():
    sealed = seal(KEY, b"secret", "document.content:row-of-a")
    with pytest.raises(Unreadable):
        unseal(KEY, sealed, "document.content:row-of-b")


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 300_000])
async def test_a_stream_of_any_size_opens_again(size):
    plaintext = bytes(range(256)) * (size // 256 + 1)
    assert await opened(sealed_stream(plaintext[:size])) == plaintext[:size]


async def test_a_stream_never_holds_its_plaintext():
    assert b"a sentence that is long enough" not in sealed_stream(b"a sentence that is long enough" * 5_000)


@pytest.mark.parametrize("cut", [1, 16, CHUNK_BYTES, CHUNK_BYTES + 16, 2 * CHUNK_BYTES + 32])
async def test_a_stream_that_is_cut_off_is_refused(cut):
    with pytest.raises(Unreadable):
        await opened(sealed_stream(b"x" * 3 * CHUNK_BYTES)[:-cut])


async def test_chunks_that_changed_places_are_refused():
    sealed = sealed_stream(b"x" * 3 * CHUNK_BYTES)
    head, size = sealed[:36], CHUNK_BYTES + 16
    first, second, rest = sealed[36 : 36 + size], sealed[36 + size : 36 + 2 * size], sealed[36 + 2 * size :]
    with pytest.raises(Unreadable):
        await opened(head + second + first + rest)


async def test_a_stream_does_not_open_in_another_place_or_with_another_key():
    sealed = sealed_stream(b"hello")
    with pytest.raises(Unreadable):
        await opened(sealed, context="blob:2")
    with pytest.raises(Unreadable):
        await opened(sealed, key=new_key())


async def test_an_empty_object_is_no_stream():
    with pytest.raises(Unreadable):
        await opened(b"")


def test_a_rotated_keyring_still_unwraps_what_the_old_key_wrapped():
    old, new, person = new_key(), new_key(), new_key()
    key_id, wrapped = Keyring({"k1": old}).wrap(person, "candidate_key.wrapped:1")
    rotated = Keyring({"k2": new, "k1": old})
    assert rotated.unwrap(key_id, wrapped, "candidate_key.wrapped:1") == person
    assert rotated.wrap(person, "x")[0] == "k2"
    with pytest.raises(Unreadable):
        Keyring({"k2": new}).unwrap(key_id, wrapped, "candidate_key.wrapped:1")


def test_keys_do_not_show_in_representations():
    assert KEY.hex() not in repr(Keyring({"k1": KEY}))


def test_tokens_are_long_and_only_their_hash_is_needed():
    token = new_token()
    assert len(token) >= 43
    assert len(hash_token(token)) == 32
    assert hash_token(token) != hash_token(new_token())

"""Form tokens and values carried in a page."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.core.crypto import Keyring
from ats.core.errors import Invalid
from ats.web.form_tokens import EXPIRED, FORGED, MAX_AGE, issue, open_value, seal_value, verify
from tests.web.small_app import KEYRING, NOW

OTHER = Keyring({"other": bytes(32)})


def test_a_token_is_recognised_by_the_same_hash_each_time() -> None:
    token = issue(KEYRING, "apply", now=NOW)
    first = verify(KEYRING, "apply", token, now=NOW)
    assert len(first) == 32
    assert verify(KEYRING, "apply", token, now=NOW + MAX_AGE) == first
    assert verify(KEYRING, "apply", issue(KEYRING, "apply", now=NOW), now=NOW) != first


@pytest.mark.parametrize("later", [MAX_AGE + timedelta(seconds=1), timedelta(minutes=-2)])
def test_a_token_out_of_its_time_is_refused_with_the_remedy(later: timedelta) -> None:
    with pytest.raises(Invalid) as raised:
        verify(KEYRING, "apply", issue(KEYRING, "apply", now=NOW), now=NOW + later)
    assert raised.value.fields == {"form": EXPIRED}


def test_a_token_of_another_purpose_or_key_is_forged() -> None:
    token = issue(KEYRING, "apply", now=NOW)
    for keyring, purpose in ((KEYRING, "sign-in"), (KEYRING, ""), (OTHER, "apply")):
        with pytest.raises(Invalid) as raised:
            verify(keyring, purpose, token, now=NOW)
        assert raised.value.fields == {"form": FORGED}


@pytest.mark.parametrize("token", ["", "a", "=", "\0", "é", "a" * 30_000, "\ud800", "a b", "A" * 75])
def test_nonsense_is_forged(token: str) -> None:
    with pytest.raises(Invalid):
        verify(KEYRING, "apply", token, now=NOW)
    with pytest.raises(Invalid):
        open_value(KEYRING, "apply", token, now=NOW)


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_no_changed_token_passes(place: int, character: str) -> None:
    token = issue(KEYRING, "apply", now=NOW)
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    if changed != token:
        with pytest.raises(Invalid):
            verify(KEYRING, "apply", changed, now=NOW)


def test_one_token_has_one_spelling() -> None:
    token = issue(KEYRING, "apply", now=NOW)
    for other in (token + "=", token + "\n", f" {token}", token.replace("-", "+").replace("_", "/") + "A"):
        with pytest.raises(Invalid):
            verify(KEYRING, "apply", other, now=NOW)


@pytest.mark.parametrize("value", [{"cv": "7b0c4a54", "size": 12}, [], "é", None])
def test_a_sealed_value_comes_back_and_cannot_be_read_on_the_way(value: Any) -> None:
    token = seal_value(KEYRING, "kept uploads", value, now=NOW)
    assert open_value(KEYRING, "kept uploads", token, now=NOW + MAX_AGE) == value
    assert "7b0c4a54" not in token


def test_a_sealed_value_opens_in_its_time_and_place_only() -> None:
    token = seal_value(KEYRING, "kept uploads", {"cv": "x"}, now=NOW)
    with pytest.raises(Invalid) as raised:
        open_value(KEYRING, "kept uploads", token, now=NOW + MAX_AGE + timedelta(seconds=1))
    assert raised.value.fields == {"form": EXPIRED}
    for keyring, purpose in ((KEYRING, "other"), (OTHER, "kept uploads")):
        with pytest.raises(Invalid):
            open_value(keyring, purpose, token, now=NOW)
    with pytest.raises(Invalid):
        open_value(KEYRING, "kept uploads", issue(KEYRING, "kept uploads", now=NOW), now=NOW)

"""Form fields: all errors at once, raw input kept, and no byte from outside that breaks anything."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ats.core.errors import Conflict, Invalid
from ats.web.forms import Form

FORM = "application/x-www-form-urlencoded"


def form(**fields: str | list[str]) -> Form:
    """A form that was sent with these fields, in English."""
    return Form({name: value if isinstance(value, list) else [value] for name, value in fields.items()}, "en")


def test_all_errors_come_at_once_and_what_was_typed_is_kept() -> None:
    sent = form(name="", email="jan@", telephone="12", motivation="x" * 11, pool="maybe")
    sent.text("name", label="Name", max_length=50)
    sent.email("email")
    sent.telephone("telephone")
    sent.text("motivation", max_length=10)
    sent.ticked("pool")
    with pytest.raises(Invalid) as raised:
        sent.check()
    assert set(raised.value.fields) == {"name", "email", "telephone", "motivation", "pool"}
    assert sent.errors["name"] == "Name: Please fill this in."
    assert sent.errors["motivation"] == "Please use at most 10 characters."
    assert sent.values == {"name": "", "email": "jan@", "telephone": "12", "motivation": "x" * 11, "pool": ""}


def test_a_form_without_errors_gives_clean_values() -> None:
    sent = form(
        name="  Ann-Sofie Peeters ", email="Ann.Peeters@Example.BE", telephone="0470 12 34 56", note="a\r\nb", pool="yes",
        language="fr", affiliates=["one", "two", "one"],
    )  # fmt: skip
    assert sent.text("name", max_length=50) == "Ann-Sofie Peeters"
    assert sent.email("email") == "ann.peeters@example.be"
    assert sent.telephone("telephone") == "+32470123456"
    assert sent.text("note", max_length=50, multiline=True) == "a\nb"
    assert sent.ticked("pool") is True
    assert sent.choice("language", ["nl", "fr"]) == "fr"
    assert sent.choices("affiliates", ["one", "two"]) == ["one", "two"]
    sent.check()


@pytest.mark.parametrize(
    "address", ["jan@infosentry.example", "jan@sub.example.be", "jan+cv@example.be", "JAN@EXAMPLE.BE"]
)
def test_an_ordinary_address_is_taken(address: str) -> None:
    assert form(email=address).email("email") == address.lower()


@pytest.mark.parametrize(
    "address",
    ["jan", "jan@", "@example.be", "jan@localhost", "jan@example.be, piet@example.be", "jan@example.be\nBcc: x@example.be",
     "jan @example.be", "<jan@example.be>", "a" * 65 + "@example.be", "jan@[192.0.2.1]", "jan@exa mple.be", '"j n"@example.be'],
)  # fmt: skip
def test_an_address_that_no_mail_reaches_is_refused(address: str) -> None:
    sent = form(email=address)
    assert sent.email("email") == ""
    assert "email" in sent.errors


@pytest.mark.parametrize(
    ("number", "expected"),
    [("0470123456", "+32470123456"), ("+31 6 12345678", "+31612345678"), ("0032 3 123 45 67", "+3231234567"),
     ("(03) 123.45.67", "+3231234567")],
)  # fmt: skip
def test_a_telephone_number_becomes_international(number: str, expected: str) -> None:
    assert form(telephone=number).telephone("telephone") == expected


@pytest.mark.parametrize(
    "number", ["12", "abc", "+32", "0470 12 34 56 78 90 12", "0" * 300, "+999 123456789", "٠" * 300]
)
def test_what_nobody_can_call_is_refused(number: str) -> None:
    sent = form(telephone=number)
    assert sent.telephone("telephone") == ""
    assert "telephone" in sent.errors


@pytest.mark.parametrize("field", ["email", "telephone"])
def test_an_optional_field_may_stay_empty(field: str) -> None:
    sent = form(**{field: " "})
    assert getattr(sent, field)(field, required=False) == ""
    assert sent.choice("none", ["a"], required=False) == ""
    sent.check()


@pytest.mark.parametrize("value", ["a\0b", "a\x1bb", "a\ufffdb", "a\u202eb", "a\x7f", "a\x85b"])
@pytest.mark.parametrize("kind", ["text", "email", "telephone", "multiline"])
def test_control_and_unreadable_characters_are_an_error_of_the_field(value: str, kind: str) -> None:
    sent = form(field=value)
    fields: dict[str, Callable[[], str]] = {
        "text": lambda: sent.text("field", max_length=50),
        "multiline": lambda: sent.text("field", max_length=50, multiline=True),
        "email": lambda: sent.email("field"),
        "telephone": lambda: sent.telephone("field"),
    }
    assert fields[kind]() == ""
    assert "cannot be read" in sent.errors["field"]


def test_a_line_break_fits_in_a_text_of_several_lines_only() -> None:
    assert form(field="a\nb").text("field", max_length=9) == ""
    assert form(field="a\nb\tc").text("field", max_length=9, multiline=True) == "a\nb\tc"


def test_an_unticked_box_is_no() -> None:
    sent = form()
    assert sent.ticked("pool") is False
    sent.check()


@pytest.mark.parametrize("value", ["true", "1", "no", "YES", "ja", " yes"])
def test_only_our_own_value_ticks_a_box(value: str) -> None:
    sent = form(pool=value)
    assert sent.ticked("pool") is False
    assert "pool" in sent.errors


def test_a_field_sent_twice_is_an_error_and_never_a_consent() -> None:
    sent = form(name=["a", "b"], pool=["yes", "yes"])
    assert sent.text("name", max_length=9) == ""
    assert sent.ticked("pool") is False
    assert set(sent.errors) == {"name", "pool"}


def test_an_option_that_was_not_offered_is_refused() -> None:
    sent = form(language="xx", affiliates=["one", "other"])
    assert sent.choice("language", ["nl"]) == ""
    assert sent.choices("affiliates", ["one"]) == []
    assert set(sent.errors) == {"language", "affiliates"}
    assert sent.values["language"] == ""


def test_a_password_is_neither_trimmed_nor_kept_for_showing() -> None:
    sent = form(password="  pass word ")
    assert sent.password("password") == "  pass word "
    assert "password" not in sent.values
    long = form(password="x" * 1001)
    assert long.password("password") == ""
    assert long.values == {}


# Made up: valid check digits after a birth date and a serial number out of the air.
@pytest.mark.parametrize("number", ["85073000160", "85.07.30-001.60", "85 07 30 001 60"])
def test_a_valid_national_register_number_is_refused_and_not_shown_again(number: str) -> None:
    sent = form(motivation=f"My number is {number}, call me.")
    assert sent.text("motivation", max_length=100) == ""
    assert "national register number" in sent.errors["motivation"]
    assert number not in sent.values["motivation"]


@pytest.mark.parametrize("text", ["85073000161", "tel. +32 470 12 34 56", "BE68 5390 0754 7034", "2019 2020 2021"])
def test_other_numbers_stay(text: str) -> None:
    sent = form(motivation=text)
    assert sent.text("motivation", max_length=100) == text


def test_errors_of_an_action_join_those_of_the_form() -> None:
    sent = form()
    sent.add(Invalid({"email": "This address is taken."}))
    sent.add(Conflict())
    assert sent.errors == {"email": "This address is taken.", "form": Conflict.message}


def test_messages_come_in_the_language_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    import gettext

    class Dutch(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"Please use at most %(limit)s characters.": "Hoogstens %(limit)s tekens."}.get(message, message)

    monkeypatch.setattr("ats.web.i18n.catalogue", lambda _language: Dutch())
    sent = Form({"name": ["abc"]}, "nl")
    sent.text("name", max_length=2)
    assert sent.errors["name"] == "Hoogstens 2 tekens."


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(st.text(), max_size=3)))
def test_no_input_makes_a_form_raise_anything_but_invalid(fields: dict[str, list[str]]) -> None:
    sent = Form(fields, "en")
    for name in ("a", "b", "c"):
        sent.text(name, max_length=20, multiline=name == "a")
        sent.email(name)
        sent.telephone(name)
        sent.ticked(name)
        sent.choice(name, ["x"])
        sent.choices(name, ["x"])
        sent.password(name)
    try:
        sent.check()
    except Invalid:
        assert sent.errors


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"name=Jan", 303),
        (b"name=J%C3%A9r%C3%B4me", 303),
        ("name=Jérôme".encode(), 303),
        (b"name=", 422),
        (b"", 422),
        (b"&&&", 422),
        (b"name=%ff%fe", 422),
        (b"name=\xff\xfe", 422),
        (b"name=%00", 422),
        (b"name=a&name=b", 422),
        (b"name=%", 303),
        (b"%ff=1", 400),
        (b"%00=1", 400),
        (b"&".join(b"a%d=1" % number for number in range(3000)), 400),
        (b"name=" + b"a" * 900_000, 422),
        (b"name=" + b"a" * 1_100_000, 413),
    ],
)  # fmt: skip
async def test_every_urlencoded_body_has_a_clear_answer(browser: httpx.AsyncClient, body: bytes, status: int) -> None:
    answer = await browser.post("/plain", content=body, headers={"Content-Type": FORM})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "text/plain", "multipart/mixed; boundary=x", "nonsense", ";"]
)
async def test_another_content_type_is_415(browser: httpx.AsyncClient, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    for path in ("/plain", "/nl/jobs/x/apply"):
        assert (await browser.post(path, content=b"name=Jan", headers=headers)).status_code == 415


async def test_a_form_is_not_kept_in_memory_after_its_answer(browser: httpx.AsyncClient) -> None:
    from litestar import _parsers

    sizes = [cache.cache_info().currsize for cache in _caches(_parsers)]
    await browser.post("/plain?note=Canarius", data={"name": "Canarius"})
    assert [cache.cache_info().currsize for cache in _caches(_parsers)] == sizes


def _caches(module: Any) -> list[Any]:
    return [module.parse_url_encoded_form_data, module.parse_query_string]

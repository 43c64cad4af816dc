"""Forms as HTML sends them: every field checked, all errors at once, what was typed kept for the next rendering."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from litestar import Request
from stdnum.be import nn

from ats.core.errors import AtsError, Invalid
from ats.core.text import N_
from ats.web.characters import REPLACEMENT, has_control, tidy
from ats.web.form_tokens import FIELD, WHOLE_FORM
from ats.web.i18n import translate
from ats.web.pages import language_of
from ats.web.uploads import Received, UploadSink, read_multipart

TICKED = frozenset({"yes", "on"})
TELEPHONE_REGION = "BE"
REQUIRED = N_("Please fill this in.")
CHOOSE = N_("Please choose one of the options.")
TICK = N_("Please tick this box or leave it empty.")
TOO_LONG = N_("Please use at most %(limit)s characters.")
UNREADABLE = N_("This contains characters that cannot be read. Please type it again.")
SENT_TWICE = N_("This was sent more than once. Please open the page again.")
NOT_EMAIL = N_("This is not a complete e-mail address, such as name@example.be.")
NOT_TELEPHONE = N_("This is not a telephone number that can be called, such as +32 470 12 34 56.")
NATIONAL_ID = N_("Please leave out your national register number: it may not be used for recruitment.")
# In every way that people separate the digits: 85.07.30-033.28, 85.07.30-033-28, 850730 033 28.
_ELEVEN_DIGITS = re.compile(r"(?<![\d+])\d{2}[ ./-]?\d{2}[ ./-]?\d{2}[ ./-]{0,3}\d{3}[ ./-]{0,3}\d{2}(?!\d)")


class Form:
    """The fields of one sent form. Field functions give the clean value, or a blank one and an error.

    values: field -> what was typed, for showing again (no passwords).
    errors: field (or "form") -> message in the page's language.
    """

    def __init__(self, fields: Mapping[str, Sequence[str]], language: str) -> None:
        self._fields = fields
        self._language = language
        self.values: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        for name, error in fields.refused.items() if isinstance(fields, Received) else ():
            self.add_error(name, error.message)

    @classmethod
    async def read(cls, request: Request[Any, Any, Any]) -> Self:
        """The form that this request sends (urlencoded, or multipart without files), in the language of the page.

        Raises BadRequest, UnsupportedMedia or TooLarge as `read_multipart` does.
        """
        return cls(await read_multipart(request, sink_for=_no_files, max_file_bytes=0), language_of(request))

    @property
    def token(self) -> str:
        """The form token as it was sent, "" when there is none."""
        return next(iter(self._fields.get(FIELD, ())), "")

    def add_error(self, name: str, message: str, **params: object) -> None:
        """Add an error (English message) to a field, unless it has one already."""
        self.errors.setdefault(name, translate(self._language, message, **params))

    def add(self, error: AtsError) -> None:
        """Take over the errors of an Invalid that an action raised, or another error as one of the form."""
        for name, message in error.fields.items() if isinstance(error, Invalid) else [(WHOLE_FORM, error.message)]:
            self.add_error(name, message)

    def check(self) -> None:
        """Raises Invalid when any field has an error."""
        if self.errors:
            raise Invalid(self.errors)

    def text(
        self, name: str, *, label: str = "", max_length: int, required: bool = True, multiline: bool = False
    ) -> str:
        """A text in normal form. `max_length` in characters. label: English, stands before the message."""
        value = tidy(self._raw(name, label))
        self.values[name] = value
        if name in self.errors:
            return ""
        if problem := _text_problem(value, required=required, multiline=multiline):
            return self._refuse(name, label, problem)
        if len(value) > max_length:
            return self._refuse(name, label, TOO_LONG, limit=max_length)
        if any(nn.is_valid(match[0]) for match in _ELEVEN_DIGITS.finditer(value)):
            # Law of 8 August 1983: no use before hiring. It is not even shown again.
            self.values[name] = _ELEVEN_DIGITS.sub("", value)
            return self._refuse(name, label, NATIONAL_ID)
        return value

    def email(self, name: str, *, label: str = "", required: bool = True) -> str:
        """An e-mail address in lower case (RFC 5321 syntax; no look-up), "" when left empty."""
        value = self.text(name, label=label, max_length=254, required=required)
        if not value:
            return ""
        try:
            return validate_email(value, check_deliverability=False, strict=True).normalized.lower()
        except EmailNotValidError:
            return self._refuse(name, label, NOT_EMAIL)

    def telephone(self, name: str, *, label: str = "", required: bool = True) -> str:
        """A telephone number in E.164 ("+32470123456"), read as Belgian without a country code; "" when left empty."""
        value = tidy(self._raw(name, label))
        self.values[name] = value
        if name in self.errors:
            return ""
        if problem := _text_problem(value, required=required, multiline=False):
            return self._refuse(name, label, problem)
        if not value:
            return ""
        try:
            number = phonenumbers.parse(value[:50], TELEPHONE_REGION)
        except phonenumbers.NumberParseException:
            return self._refuse(name, label, NOT_TELEPHONE)
        if len(value) > 50 or not phonenumbers.is_possible_number(number):
            return self._refuse(name, label, NOT_TELEPHONE)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def password(self, name: str, *, label: str = "", max_length: int = 1_000) -> str:
        """A password as it was typed: neither trimmed nor kept for showing again."""
        value = self._raw(name, label)
        if name in self.errors:
            return ""
        if not value or REPLACEMENT in value or "\0" in value:
            return self._refuse(name, label, UNREADABLE if value else REQUIRED)
        if len(value) > max_length:
            return self._refuse(name, label, TOO_LONG, limit=max_length)
        return value

    def ticked(self, name: str) -> bool:
        """Whether a checkbox was ticked. Only "yes" and "on" tick: anything else is an error, never a consent."""
        value = self._raw(name, "")
        self.values[name] = "yes" if value in TICKED else ""
        if value and value not in TICKED:
            self.add_error(name, TICK)
        return value in TICKED and name not in self.errors

    def choice(self, name: str, options: Collection[str], *, label: str = "", required: bool = True) -> str:
        """One of `options`, "" when left empty."""
        value = self._raw(name, label)
        self.values[name] = value if value in options else ""
        if name in self.errors or (not value and not required):
            return ""
        return value if value in options else self._refuse(name, label, CHOOSE)

    def choices(self, name: str, options: Collection[str]) -> list[str]:
        """The ticked ones of `options`, each once, in the order in which they were sent."""
        values = list(dict.fromkeys(self._fields.get(name, ())))
        self.values[name] = ",".join(value for value in values if value in options)
        if not all(value in options for value in values):
            self.add_error(name, CHOOSE)
            return []
        return values

    def _raw(self, name: str, label: str) -> str:
        values = self._fields.get(name, ())
        if len(values) > 1:
            self._refuse(name, label, SENT_TWICE)
        return values[0] if values else ""

    def _refuse(self, name: str, label: str, message: str, **params: object) -> str:
        text = translate(self._language, message, **params)
        self.errors.setdefault(name, f"{translate(self._language, label)}: {text}" if label else text)
        return ""


def _text_problem(value: str, *, required: bool, multiline: bool) -> str | None:
    if REPLACEMENT in value or has_control(value, newlines=multiline):
        return UNREADABLE
    return REQUIRED if required and not value else None


def _no_files(_name: str, _filename: str) -> UploadSink | None:
    return None

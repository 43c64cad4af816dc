"""Pure rules of accounts: how an address is written, which passwords are refused, how long a session lasts."""

import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from ats.core.access import Role
from ats.core.text import N_

ABSOLUTE_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(minutes=30)
# A session's last use is noted no more often than this, so that reading a page seldom writes.
SEEN_BUCKET = timedelta(minutes=1)

MIN_PASSWORD = 12
MAX_PASSWORD = 1_000
# How many different characters have to be left once everything obvious is taken out.
MIN_REMAINDER = 6
TOO_SHORT = N_("Use at least 12 characters; a few words in a row are easy to remember.")
TOO_LONG = N_("Use at most 1,000 characters.")
TOO_OBVIOUS = N_("This password is too easily guessed. Use a few words that have nothing to do with you or with us.")
_OBVIOUS = (
    "password", "passwort", "wachtwoord", "motdepasse", "contraseña", "welcome", "welkom", "bienvenue", "willkommen",
    "letmein", "iloveyou", "administrator", "admin", "recruiter", "recruitment", "changeme", "secret", "geheim",
    "qwertyuiop", "azertyuiop", "qwertzuiop", "qwerty", "azerty", "qwertz", "asdfghjkl", "zxcvbnm", "qazwsx",
    "abcdefghijklmnopqrstuvwxyz", "abcdefghijkl", "abcdef", "abc", "1234567890", "0123456789", "123456", "0987654321",
    "987654321", "12345", "1234", "123",
)  # fmt: skip


def normalised_email(email: str) -> str:
    """The form in which an account's address is stored and recognised: lower case, without surrounding space."""
    return email.strip().lower()


def normalised_password(password: str) -> str:
    """What is hashed: the same password typed on another keyboard gives the same characters (NFKC; NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def password_problem(password: str, *, about: Sequence[str]) -> str | None:
    """Why a new password is refused, as an English message; None when it is fine.

    about: words that anybody would try for this account: its name, its address, the organisation. Length protects far
    better than classes of characters, so those are not asked for (NIST SP 800-63B).
    """
    password = normalised_password(password)
    if len(password) < MIN_PASSWORD:
        return TOO_SHORT
    if len(password) > MAX_PASSWORD:
        return TOO_LONG
    if len(set(_without_obvious(password.lower(), about))) < MIN_REMAINDER:
        return TOO_OBVIOUS
    return None


def _without_obvious(password: str, about: Sequence[str]) -> str:
    own = (word.lower() for text in about for word in text.replace("@", " ").replace(".", " ").split())
    for word in sorted({*_OBVIOUS, *(word for word in own if len(word) > 2)}, key=len, reverse=True):
        password = password.replace(word, "")
    return password


def home_of(role: Role) -> str:
    """The route on which an account begins."""
    return "desk:accounts" if role is Role.ADMINISTRATOR else "desk:vacancies"

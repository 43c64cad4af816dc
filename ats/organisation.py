"""The organisation as configuration: who it is, how long it keeps data, with whom it shares."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

DEFAULT_FILE = Path(__file__).with_name("organisation.toml")
LANGUAGES = ("nl", "fr", "en", "de")
# What the privacy statement promises (section 3.5). Configuration may be stricter, never laxer.
STATEMENT_APPLICATION_YEARS = 1
STATEMENT_POOL_YEARS = 3
MAX_GRACE_HOURS = 72
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+")


class OrganisationError(Exception):
    """The organisation's file is unusable; `problems` lists everything that is wrong, each naming its key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Affiliate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A company to which applications may be passed on unless the candidate objects."""

    key: str
    name: str


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Periods in calendar years, counted from the day of the application; grace in hours (section 3.5)."""

    application_years: int = STATEMENT_APPLICATION_YEARS
    pool_years: int = STATEMENT_POOL_YEARS
    grace_hours: int = 24


class SupervisoryAuthority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The authority to which a candidate can complain, by language."""

    nl: str
    fr: str
    en: str
    de: str
    website: str

    def name_in(self, language: str) -> str:
        """Its official name in `language`."""
        return str(getattr(self, language))


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The organisation that runs the product."""

    name: str
    address: list[str]
    company_number: str
    privacy_contact: str
    supervisory_authority: SupervisoryAuthority
    timezone: str = "Europe/Brussels"
    languages: list[str] = msgspec.field(default_factory=lambda: list(LANGUAGES))
    retention: Retention = msgspec.field(default_factory=Retention)
    affiliates: list[Affiliate] = msgspec.field(default_factory=list)
    certificates: list[str] = msgspec.field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which due dates are civil dates."""
        return ZoneInfo(self.timezone)


def load_organisation(path: Path = DEFAULT_FILE) -> Organisation:
    """Read and check the organisation's TOML file. Raises OrganisationError with every problem found."""
    try:
        organisation = msgspec.toml.decode(path.read_bytes(), type=Organisation)
    except OSError as error:
        raise OrganisationError([f"{path.name}: cannot be read ({error.strerror})"]) from None
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OrganisationError([f"{path.name}: {error}"]) from None
    if problems := _problems(organisation):
        raise OrganisationError([f"{path.name}: {problem}" for problem in problems])
    return organisation


def _problems(organisation: Organisation) -> list[str]:
    return [
        problem
        for wrong, problem in (
            *_identity(organisation),
            *_periods(organisation.retention),
            (not _knows_zone(organisation.timezone), _ZONE_PROBLEM),
        )
        if wrong
    ]


_ZONE_PROBLEM = "timezone must be a name such as Europe/Brussels"


def _periods(retention: Retention) -> list[tuple[bool, str]]:
    return [
        (
            not 1 <= retention.application_years <= STATEMENT_APPLICATION_YEARS,
            "retention.application_years must be 1: the statement promises one year",
        ),
        (
            not retention.application_years <= retention.pool_years <= STATEMENT_POOL_YEARS,
            "retention.pool_years must be 1 to 3: the statement promises three years at most",
        ),
        (not 0 <= retention.grace_hours <= MAX_GRACE_HOURS, "retention.grace_hours must be 0 to 72"),
    ]


def _identity(organisation: Organisation) -> list[tuple[bool, str]]:
    languages, keys = organisation.languages, [affiliate.key for affiliate in organisation.affiliates]
    authority = organisation.supervisory_authority
    texts = [organisation.name, organisation.company_number, *organisation.address]
    texts += [affiliate.name for affiliate in organisation.affiliates]
    texts += [authority.name_in(language) for language in LANGUAGES]
    return [
        (
            not organisation.address or not all(text.strip() for text in texts),
            "name, address, company_number and the names of affiliates and authority must not be empty",
        ),
        (not _EMAIL.fullmatch(organisation.privacy_contact), "privacy_contact must be an e-mail address"),
        (
            not languages or len(set(languages)) != len(languages) or not set(languages) <= set(LANGUAGES),
            f"languages must be chosen from {', '.join(LANGUAGES)}, each once",
        ),
        (
            len(set(keys)) != len(keys) or not all(_KEY.fullmatch(key) for key in keys),
            "affiliates must have different keys in small letters, digits and hyphens",
        ),
        (not _is_website(authority.website), "supervisory_authority.website must begin with https:// or http://"),
    ]


def _is_website(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)


def _knows_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True

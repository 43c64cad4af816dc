"""The organisation as configuration: who it is, how long it keeps data, with whom it shares."""

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

DEFAULT_FILE = Path(__file__).with_name("organisation.toml")
LANGUAGES = ("nl", "fr", "en", "de")
# What the privacy statement promises (section 3.5). Configuration may be stricter, never laxer.
STATEMENT_APPLICATION_YEARS = 1
STATEMENT_POOL_YEARS = 3
MAX_GRACE_HOURS = 72


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
    retention = organisation.retention
    problems = []
    if not 1 <= retention.application_years <= STATEMENT_APPLICATION_YEARS:
        problems.append("retention.application_years must be 1: the statement promises one year")
    if not retention.application_years <= retention.pool_years <= STATEMENT_POOL_YEARS:
        problems.append("retention.pool_years must be 1 to 3: the statement promises three years at most")
    if not 0 <= retention.grace_hours <= MAX_GRACE_HOURS:
        problems.append("retention.grace_hours must be 0 to 72")
    unknown = [language for language in organisation.languages if language not in LANGUAGES]
    if unknown or not organisation.languages:
        problems.append(f"languages must be chosen from {', '.join(LANGUAGES)}")
    if len({affiliate.key for affiliate in organisation.affiliates}) != len(organisation.affiliates):
        problems.append("affiliates must have different keys")
    try:
        ZoneInfo(organisation.timezone)
    except (KeyError, ValueError):
        problems.append("timezone must be a name such as Europe/Brussels")
    return problems

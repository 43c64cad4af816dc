"""Who acts, what a role may do, and what a handler must declare that it needs.

Deny by default: a handler without a `needs` is refused at start-up (`ats.web.guards`). Which object somebody may
see is decided by the loaders (`load_*_for(actor)`), never here.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The roles of staff."""

    RECRUITER = "recruiter"
    PRIVACY_COORDINATOR = "privacy_coordinator"
    ADMINISTRATOR = "administrator"


class Power(StrEnum):
    """What a role may do at all."""

    READ_APPLICATIONS = "read_applications"
    READ_ALL_VACANCIES = "read_all_vacancies"
    REVEAL_CONFIDENTIAL = "reveal_confidential"
    REVEAL_RESTRICTED = "reveal_restricted"
    READ_POOL = "read_pool"
    READ_AUDIT = "read_audit"
    READ_ACCOUNTS = "read_accounts"
    SIGNED_IN = "signed_in"


POWERS: dict[Role, frozenset[Power]] = {
    Role.RECRUITER: frozenset(
        {Power.SIGNED_IN, Power.READ_APPLICATIONS, Power.READ_POOL, Power.REVEAL_CONFIDENTIAL},
    ),
    Role.PRIVACY_COORDINATOR: frozenset(
        {
            Power.SIGNED_IN,
            Power.READ_APPLICATIONS,
            Power.READ_ALL_VACANCIES,
            Power.READ_POOL,
            Power.REVEAL_CONFIDENTIAL,
            Power.REVEAL_RESTRICTED,
            Power.READ_AUDIT,
        },
    ),
    Role.ADMINISTRATOR: frozenset({Power.SIGNED_IN, Power.READ_ACCOUNTS}),
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody without an identity: an applicant, a browser, a bot."""

    kind = "visitor"
    id = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """The person behind a private link."""

    id: UUID
    language: str
    kind = "candidate"


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in account."""

    id: UUID
    name: str
    role: Role
    language: str
    kind = "staff"

    def may(self, power: Power) -> bool:
        """Whether the role of this account has `power`."""
        return power in POWERS[self.role]


@dataclass(frozen=True, slots=True)
class System:
    """The worker or a command: acts by rule, never by opinion. `name` says which (worker, retention, cli)."""

    name: str
    kind = "system"
    id = None


Actor = Visitor | Candidate | Staff | System


@dataclass(frozen=True, slots=True)
class Needs:
    """What a handler needs before it runs: `public`, `link` (a private link), or a power of staff."""

    kind: str
    power: Power | None = None


PUBLIC = Needs("public")
LINK = Needs("link")


def staff(power: Power) -> Needs:
    """Needs a signed-in account whose role has `power`."""
    return Needs("staff", power)

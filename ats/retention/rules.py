"""When something is due: pure functions of dates (privacy statement, section 3.5)."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from ats.core.clock import add_years
from ats.organisation import Retention

# The job that erases what was withdrawn once its grace is over; other rooms ask for it by this name.
ERASE_WITHDRAWN = "retention.erase_withdrawn"


class Basis(StrEnum):
    """What an application is kept for: itself, or the talent pool as well."""

    APPLICATION = "application"
    TALENT_POOL = "talent_pool"


def due_date(applied_on: date, basis: Basis, periods: Retention) -> date:
    """The civil date from which an application is unreadable.

    applied_on: the day of the application, the only thing that starts a clock. periods: in calendar years; with a
    pool consent the longer one counts from the same day.
    """
    years = periods.pool_years if basis is Basis.TALENT_POOL else periods.application_years
    return add_years(applied_on, years)


def erase_after(withdrawn_at: datetime, periods: Retention) -> datetime:
    """The moment after which what was withdrawn is erased: the grace of `periods.grace_hours`."""
    return withdrawn_at + timedelta(hours=periods.grace_hours)


def basis_of(applied_at: datetime, consent_given_at: datetime | None) -> Basis:
    """What an application is kept for: an open pool consent covers what was sent up to the moment it was given.

    A later application is kept for the pool only if its own form, or a later one, said so again.
    """
    if consent_given_at is not None and applied_at <= consent_given_at:
        return Basis.TALENT_POOL
    return Basis.APPLICATION

"""The only place that reads the clock, and the civil dates that the rules work with."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def read_clock() -> datetime:
    """The present moment in UTC. Called by handlers, jobs and commands only; everything below takes `now`."""
    return datetime.now(UTC)


def civil_date(now: datetime, timezone: ZoneInfo) -> date:
    """The civil date of the moment `now` (aware) in the organisation's time zone."""
    return now.astimezone(timezone).date()


def add_years(day: date, years: int) -> date:
    """The same day `years` calendar years on; 29 February becomes 28 February in a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)

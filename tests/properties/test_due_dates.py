"""Due dates on every day there is, against calculations that share nothing with ours."""

import calendar
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ats.applications.actions import Submission, submit_application
from ats.candidates.actions import Contact
from ats.core import db
from ats.core.access import Visitor
from ats.core.clock import civil_date, read_clock
from ats.organisation import Retention, load_organisation
from ats.retention.actions import sweep
from ats.retention.rules import Basis, basis_of, due_date
from ats.rooms import HOLDING_PEOPLE

ZONE = load_organisation().zone
# In UTC. Brussels is an hour ahead in winter and two in summer.
MOMENTS = [
    datetime(2024, 2, 28, 23, 0, tzinfo=UTC),  # the leap day begins
    datetime(2024, 2, 29, 22, 59, 59, tzinfo=UTC),  # and ends
    datetime(2024, 2, 29, 23, 0, tzinfo=UTC),
    datetime(2025, 2, 28, 12, 0, tzinfo=UTC),
    datetime(2021, 2, 28, 12, 0, tzinfo=UTC),  # three years on there is a leap day
    datetime(2023, 12, 31, 22, 59, 59, tzinfo=UTC),
    datetime(2023, 12, 31, 23, 0, tzinfo=UTC),  # the year ends an hour earlier here
    datetime(2024, 3, 31, 0, 59, 59, tzinfo=UTC),  # the clock goes forward
    datetime(2024, 3, 31, 22, 0, tzinfo=UTC),
    datetime(2024, 10, 27, 0, 30, tzinfo=UTC),  # and back: half past two comes twice
    datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
    datetime(2024, 10, 27, 23, 0, tzinfo=UTC),
]


def brussels_date(moment: datetime) -> date:
    """The civil date by the rule of Directive 2000/84/EC: summer time from 01:00 UTC of the last Sunday of March."""

    def change(month: int) -> datetime:
        last = date(moment.year, month, 31)
        return datetime.combine(last - timedelta(days=(last.weekday() + 1) % 7), datetime.min.time(), UTC).replace(
            hour=1
        )

    summer = change(3) <= moment < change(10)
    return (moment + timedelta(hours=2 if summer else 1)).date()


def years_later(day: date, years: int) -> date:
    """By counting days: through whole years, and one day less where the day does not exist."""
    day_of_month = min(day.day, calendar.monthrange(day.year + years, day.month)[1])
    first = date(day.year, day.month, 1)
    months = sum(
        calendar.monthrange(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1)[1]
        for n in range(12 * years)
    )
    return first + timedelta(days=months + day_of_month - 1)


moments = st.integers(946_684_800, 2_840_140_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(moments)
@example(MOMENTS[0])
@example(MOMENTS[5])
@example(MOMENTS[6])
@example(MOMENTS[9])
def test_claim_14_the_civil_date_is_the_one_on_the_calendar_in_brussels(moment):
    assert civil_date(moment, ZONE) == brussels_date(moment)


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.sampled_from(Basis), st.integers(1, 3))
@example(date(2024, 2, 29), Basis.APPLICATION, 3)
@example(date(2024, 2, 29), Basis.TALENT_POOL, 3)
@example(date(2021, 2, 28), Basis.TALENT_POOL, 3)
@example(date(2023, 12, 31), Basis.APPLICATION, 1)
def test_claim_14_the_due_date_is_that_day_so_many_years_on(day, basis, pool_years):
    years = pool_years if basis is Basis.TALENT_POOL else 1
    due = due_date(day, basis, Retention(1, pool_years, 24))
    assert due == years_later(day, years)
    assert due > day


async def test_claim_14_the_database_counts_the_same_for_every_day_of_forty_years(services):
    rows = await db.fetch(
        "SELECT day::date, (day + interval '1 year')::date AS one, (day + interval '3 years')::date AS three "
        "FROM generate_series(date '2020-01-01', date '2059-12-31', interval '1 day') AS day"
    )
    assert len(rows) == 14_610
    keep = services.organisation.retention
    for row in rows:
        assert due_date(row["day"], Basis.APPLICATION, keep) == row["one"]
        assert due_date(row["day"], Basis.TALENT_POOL, keep) == row["three"]


@given(moments, st.one_of(st.none(), moments))
def test_an_application_is_kept_for_the_pool_only_by_a_consent_that_came_with_it_or_after_it(applied_at, given_at):
    kept = basis_of(applied_at, given_at) is Basis.TALENT_POOL
    assert kept == (given_at is not None and given_at >= applied_at)


async def apply_at(services, moment, *, pool):
    contact = Contact("Noor Willems", f"{uuid4().hex}@example.org", "", "en")
    submission = Submission(
        contact=contact, vacancy_id=None, vacancy_title="", documents=(), joins_pool=pool, objects_to_sharing=False,
        form_hash=uuid4().bytes * 2,
    )  # fmt: skip
    with db.as_of(services.today(moment)):
        assert await submit_application(services, Visitor(), submission, now=moment)


async def seen_on(day):
    with db.as_of(day):
        async with db.transaction():
            return [
                len(await db.fetch(f"SELECT FROM {table}")) for table in ("application", "candidate", "private_link")
            ]


@pytest.mark.parametrize(("pool", "years"), [(False, 1), (True, 3)])
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_claim_14_it_is_there_until_the_day_before_and_gone_on_the_day(services, superuser, moment, pool, years):
    await apply_at(services, moment, pool=pool)
    due = years_later(brussels_date(moment), years)
    now = read_clock()
    assert await seen_on(due - timedelta(days=1)) == [1, 1, 1]
    assert await seen_on(due) == [0, 0, 0]
    early = await sweep(services, HOLDING_PEOPLE, on=due - timedelta(days=1), now=now)
    assert (early.candidates, early.applications, early.failed) == (0, 0, 0)
    on_time = await sweep(services, HOLDING_PEOPLE, on=due, now=now)
    assert (on_time.candidates, on_time.failed) == (1, 0)
    for table in ("application", "candidate", "candidate_key", "consent_event", "message", "pool_membership"):
        assert await superuser.fetchval(f"SELECT count(*) FROM {table}") == 0

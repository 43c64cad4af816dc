"""Dates, numbers and amounts as people of a language write them, in the organisation's time zone."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from ats.web.i18n import locale_of


def filters(language: str, zone: ZoneInfo) -> dict[str, Callable[..., str]]:
    """The template filters `date`, `datetime`, `number` and `money` for `language`.

    A moment must be aware (`datetime` also takes one as ISO 8601 text); it is shown in `zone`. Formats are Babel's:
    short, medium, long, full, or a pattern.
    """
    locale = locale_of(language)

    def as_date(value: date | datetime, format: str = "long") -> str:  # noqa: A002 -- reads well in a template
        if isinstance(value, datetime):
            value = value.astimezone(zone).date()
        return str(format_date(value, format, locale=locale))

    def as_datetime(value: datetime | str, format: str = "medium") -> str:  # noqa: A002 -- reads well in a template
        if isinstance(value, str):
            # What a mail carries is JSON, which knows no moments.
            value = datetime.fromisoformat(value)
        if value.tzinfo is None:
            raise ValueError("a moment without time zone cannot be shown")
        return str(format_datetime(value, format, tzinfo=zone, locale=locale))

    def as_number(value: float | Decimal) -> str:
        return str(format_decimal(value, locale=locale))

    def as_money(value: int | Decimal, currency: str = "EUR") -> str:
        if isinstance(value, int):
            pattern = locale.currency_formats["standard"].pattern.replace("0.00", "0")
            return str(format_currency(value, currency, pattern, locale=locale, currency_digits=False))
        return str(format_currency(value, currency, locale=locale))

    return {"date": as_date, "datetime": as_datetime, "number": as_number, "money": as_money}

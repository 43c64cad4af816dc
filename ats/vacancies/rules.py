"""What a vacancy is offered as, and when it is open: pure rules."""

import re
from datetime import date
from enum import StrEnum

from ats.core.text import N_

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""A vacancy's name in its address: lower-case letters, digits and single hyphens."""


class Contract(StrEnum):
    """The kinds of contract. The values are stored."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"

    @property
    def label(self) -> str:
        """The English name, for translation."""
        return _LABELS[self]


_LABELS = {Contract.PERMANENT: N_("Permanent contract"), Contract.FIXED_TERM: N_("Fixed-term contract")}


def is_open(published_on: date, closed_on: date | None, today: date) -> bool:
    """Whether people can apply on the civil date `today`: from the day of publication until the day before closing."""
    return published_on <= today and (closed_on is None or today < closed_on)

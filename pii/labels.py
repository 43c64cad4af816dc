"""Labels of findings and the tier each belongs to."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """Who may see a finding: the whole team, a recruiter who asks, or the privacy coordinator only."""

    STANDARD = "standard"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Label(StrEnum):
    """What a finding discloses."""

    NATIONAL_ID = "NATIONAL_ID"
    ID_DOCUMENT = "ID_DOCUMENT"
    HEALTH = "HEALTH"
    CRIMINAL = "CRIMINAL"
    RELIGION = "RELIGION"
    POLITICS = "POLITICS"
    UNION = "UNION"
    ETHNICITY = "ETHNICITY"
    SEXUALITY = "SEXUALITY"
    PERSONAL = "PERSONAL"
    FAMILY = "FAMILY"
    PSYCHE = "PSYCHE"
    SALARY = "SALARY"
    BENEFITS = "BENEFITS"
    BANK = "BANK"
    REFERENCE = "REFERENCE"
    CONTACT = "CONTACT"


_CONFIDENTIAL = frozenset(
    {Label.PERSONAL, Label.FAMILY, Label.PSYCHE, Label.SALARY, Label.BENEFITS, Label.BANK, Label.REFERENCE}
)
TIERS: dict[Label, Tier] = {
    label: Tier.STANDARD if label is Label.CONTACT else Tier.CONFIDENTIAL if label in _CONFIDENTIAL else Tier.RESTRICTED
    for label in Label
}
RANK: dict[Tier, int] = {Tier.STANDARD: 0, Tier.CONFIDENTIAL: 1, Tier.RESTRICTED: 2}


def tier_of(label: Label | str) -> Tier:
    """Give the tier of a label.

    Raises ``ValueError`` for a label that does not exist.
    """
    return TIERS[Label(label)]

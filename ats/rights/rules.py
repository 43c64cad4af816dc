"""What the private page says about sharing and about what was found: pure functions."""

from collections.abc import Sequence

import msgspec

import pii
from ats.organisation import Affiliate
from ats.sharing.queries import Objection
from ats.sharing.rules import ALL_AFFILIATES


class AffiliateChoice(msgspec.Struct, frozen=True):
    """One affiliate, and the objection that keeps the person's data from it, if any."""

    key: str
    name: str
    objection: Objection | None


class SharingChoice(msgspec.Struct, frozen=True):
    """Where a person stands with the affiliates. to_all: the objection that covers every one, later ones included."""

    to_all: Objection | None
    affiliates: list[AffiliateChoice]

    @property
    def objected(self) -> bool:
        """Whether there is any objection."""
        return self.to_all is not None or any(each.objection for each in self.affiliates)


def sharing_choice(affiliates: Sequence[Affiliate], objections: Sequence[Objection]) -> SharingChoice:
    """What the objections of a person mean for each affiliate of the organisation."""
    by_key = {objection.affiliate: objection for objection in objections}
    return SharingChoice(
        to_all=by_key.get(ALL_AFFILIATES),
        affiliates=[AffiliateChoice(each.key, each.name, by_key.get(each.key)) for each in affiliates],
    )


class FoundLabels(msgspec.Struct, frozen=True):
    """The labels of masked parts of a document, by who could be shown one."""

    restricted: list[str]
    confidential: list[str]


def found_labels(labels: Sequence[str]) -> FoundLabels:
    """Sort the labels found in a document by tier; the open ones are left out."""
    return FoundLabels(
        restricted=[label for label in labels if pii.tier_of(label) is pii.Tier.RESTRICTED],
        confidential=[label for label in labels if pii.tier_of(label) is pii.Tier.CONFIDENTIAL],
    )

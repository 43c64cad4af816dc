"""Everything that is held of a person, gathered for the person's own page."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from ats.applications.own import OwnApplication, applications_of
from ats.candidates.queries import Person, data_key, load_person
from ats.consent.queries import ConsentRecord, events_of
from ats.core import db
from ats.core.access import Candidate
from ats.core.services import Services
from ats.documents.queries import DocumentCard, RevealRecord, cards_of, reveals_of
from ats.pool.queries import Membership, membership_of
from ats.retention.rules import Basis, due_date
from ats.rights.rules import FoundLabels, SharingChoice, found_labels, sharing_choice
from ats.sharing.queries import objections_of


class HeldDocument(msgspec.Struct, frozen=True):
    """A document, and the labels that were found in it by who could be shown such a part."""

    card: DocumentCard
    found: FoundLabels


class HeldApplication(msgspec.Struct, frozen=True):
    """An application with its documents.

    days_kept of days_total: how far its clock has run, in civil days. stands_on_pool: it is past its own clock, so it
    goes when the person leaves the talent pool.
    """

    application: OwnApplication
    documents: list[HeldDocument]
    days_kept: int
    days_total: int
    stands_on_pool: bool


class Held(msgspec.Struct, frozen=True):
    """All that the organisation holds of one person, as that person may see it."""

    person: Person
    applications: list[HeldApplication]
    membership: Membership | None
    sharing: SharingChoice
    reveals: list[RevealRecord]
    consent: list[ConsentRecord]

    @property
    def standing_on_pool(self) -> list[OwnApplication]:
        """The applications that go when the person leaves the talent pool."""
        return [each.application for each in self.applications if each.stands_on_pool]


async def load_held_for(services: Services, candidate: Candidate, language: str, *, now: datetime) -> Held:
    """Gather what is held of the candidate; vacancy titles in `language`.

    Reads in a transaction that the database itself keeps from writing. Raises NotFound when the person is being erased.
    """
    async with db.transaction():
        await db.fetch("SET TRANSACTION READ ONLY")
        key = await data_key(services, candidate.id)
        applications = await applications_of(candidate.id, language)
        cards = await cards_of([each.id for each in applications], key)
        return Held(
            person=await load_person(candidate.id),
            applications=[_held(services, each, cards, services.today(now)) for each in applications],
            membership=await membership_of(candidate.id),
            sharing=sharing_choice(services.organisation.affiliates, await objections_of(candidate.id)),
            reveals=await reveals_of(candidate.id, key),
            consent=await events_of(candidate.id),
        )


def _held(
    services: Services, application: OwnApplication, cards: Sequence[DocumentCard], today: date
) -> HeldApplication:
    own_clock = due_date(application.applied_on, Basis.APPLICATION, services.organisation.retention)
    return HeldApplication(
        application=application,
        documents=[
            HeldDocument(card, found_labels(card.labels)) for card in cards if card.application_id == application.id
        ],
        days_kept=(today - application.applied_on).days,
        days_total=(application.due_on - application.applied_on).days,
        stands_on_pool=own_clock <= today,
    )

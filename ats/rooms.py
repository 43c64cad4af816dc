"""The rooms of the product. This is the list; each room says itself what it consists of."""

from ats.applications.room import ROOM as APPLICATIONS
from ats.candidates.room import ROOM as CANDIDATES
from ats.consent.room import ROOM as CONSENT
from ats.core.rooms import Room
from ats.demo.room import ROOM as DEMO
from ats.documents.room import ROOM as DOCUMENTS
from ats.messages.room import ROOM as MESSAGES
from ats.oversight.room import ROOM as OVERSIGHT
from ats.pool.room import ROOM as POOL
from ats.retention.room import make_room
from ats.rights.room import ROOM as RIGHTS
from ats.sharing.room import ROOM as SHARING
from ats.staff.room import ROOM as STAFF
from ats.vacancies.room import ROOM as VACANCIES

# In the order in which rows can be deleted: what refers to something goes before it.
HOLDING_PEOPLE = (DOCUMENTS, POOL, CONSENT, SHARING, MESSAGES, APPLICATIONS, CANDIDATES)
RETENTION = make_room(HOLDING_PEOPLE)


def rooms(*, demo: bool) -> tuple[Room, ...]:
    """Every room; the demonstration's pages only where they are wanted."""
    always = (*HOLDING_PEOPLE, RETENTION, RIGHTS, OVERSIGHT, STAFF, VACANCIES)
    return (*always, DEMO) if demo else always

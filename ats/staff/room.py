"""What this room registers. The sessions themselves are resolved by `queries.resolve_session` in the web layer."""

from ats.core.rooms import Room
from ats.staff.pages import HANDLERS

ROOM = Room(name="staff", handlers=HANDLERS)

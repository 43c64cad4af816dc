"""What this room registers."""

from ats.consent import actions, pages
from ats.core.rooms import Room

ROOM = Room(name="consent", handlers=pages.HANDLERS, erases_rows=actions.erase_rows)

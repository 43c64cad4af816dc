"""What this room registers."""

from ats.core.rooms import Room
from ats.pool import actions

ROOM = Room(name="pool", erases_rows=actions.erase_rows)

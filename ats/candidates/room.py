"""What this room registers."""

from ats.candidates import actions
from ats.core.rooms import Room

ROOM = Room(name="candidates", destroys_keys=actions.destroy_key, erases_rows=actions.erase_rows)

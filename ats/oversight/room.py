"""What this room registers."""

from ats.core.rooms import Room
from ats.oversight.pages import HANDLERS

ROOM = Room(name="oversight", handlers=HANDLERS)

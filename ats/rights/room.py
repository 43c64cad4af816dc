"""What this room registers."""

from ats.core.rooms import Room
from ats.rights import pages

ROOM = Room(name="rights", handlers=pages.HANDLERS)

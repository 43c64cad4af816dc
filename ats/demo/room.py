"""What the demonstration registers, only where it runs."""

from ats.core.rooms import Room
from ats.demo import pages

ROOM = Room(name="demo", handlers=pages.HANDLERS)

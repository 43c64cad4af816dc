"""What this room registers."""

from ats.core.rooms import Room
from ats.vacancies import pages

ROOM = Room(name="vacancies", handlers=pages.HANDLERS)

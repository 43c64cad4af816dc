"""What this room registers. Its job needs the sandbox, so the worker binds it (`worker.jobs`)."""

from ats.core.rooms import Room
from ats.documents import actions

ROOM = Room(name="documents", erases_objects=actions.erase_objects, erases_rows=actions.erase_rows)

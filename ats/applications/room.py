"""What this room registers."""

from ats.applications import actions, desk, pool_page, public
from ats.core.rooms import Room

ROOM = Room(
    name="applications",
    handlers=(*public.HANDLERS, *desk.HANDLERS, *pool_page.HANDLERS),
    erases_rows=actions.erase_rows,
)

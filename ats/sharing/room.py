"""What this room registers."""

from ats.core.rooms import Room
from ats.sharing import actions

ROOM = Room(name="sharing", jobs={actions.RECORD: actions.record_objection}, erases_rows=actions.erase_rows)

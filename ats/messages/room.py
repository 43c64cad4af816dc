"""What this room registers."""

from ats.core.rooms import Room
from ats.messages import actions

ROOM = Room(name="messages", jobs={actions.SEND: actions.send_message}, erases_rows=actions.erase_rows)

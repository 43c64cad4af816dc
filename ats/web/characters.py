"""Which characters a text from outside may hold, and its one normal form."""

import re
import unicodedata

REPLACEMENT = "\ufffd"
# C0 and C1 controls and DEL, apart from tab and line breaks.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_LINE_BREAK = re.compile("[\n\r\u2028\u2029]")
# Characters that turn the direction of everything after them: they make a list show what is not there.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def has_control(text: str, *, newlines: bool) -> bool:
    """Whether `text` holds control or direction-turning characters, or line breaks when `newlines` is False."""
    return bool(_CONTROL.search(text) or _TURNING.search(text) or (not newlines and _LINE_BREAK.search(text)))


def tidy(text: str) -> str:
    """`text` in Unicode normal form C, with line breaks as line feeds, without blanks at its ends."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()

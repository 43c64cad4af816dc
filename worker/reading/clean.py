"""Turns what a parser gives into the text that is stored: the same document always gives the same characters."""

import re

# Every way to end a line, the separators of Unicode and the old page and record separators among them.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Controls other than tab and line feed, halves of surrogate pairs, and what is no character at all.
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_TRAILING = re.compile("[ \t]+\n")
_BLANK_LINES = re.compile("\n{3,}")


def clean(text: str) -> str:
    r"""The text with `\n` as its only line end, no control characters but tab, and at most one blank line in a row.

    Letters are not normalised: what is stored and what the offsets count in are the characters that the document has.
    """
    text = _LINE_END.sub("\n", text)
    text = _NOT_TEXT.sub("", text)
    text = _TRAILING.sub("\n", text)
    return _BLANK_LINES.sub("\n\n", text).strip()

"""Marks texts for translation where they are written, long before a language is known."""


def N_(message: str) -> str:  # noqa: N802 -- gettext's own name, which Babel's extractor looks for
    """Give `message` back unchanged; Babel collects it, the page translates it."""
    return message

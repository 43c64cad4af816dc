"""Errors of the detector; messages never hold text that was examined."""


class PiiError(Exception):
    """Something the detector refuses to do."""


class LexiconError(PiiError):
    """A lexicon list is written wrongly."""


class ModelError(PiiError):
    """The context model cannot be read or trained."""


class DocumentError(PiiError):
    """A marked document for evaluation or a regression case is written wrongly."""

"""The Piccolo app, for hosts that list it in their own registry."""

from ats.core.migrate import APP_CONFIG

__all__ = ["APP_CONFIG"]

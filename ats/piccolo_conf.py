"""Where Piccolo's own tools find the engine."""

from piccolo.conf.apps import AppRegistry

from ats.core.db import engine

DB = engine
APP_REGISTRY = AppRegistry(apps=["ats.piccolo_app"])

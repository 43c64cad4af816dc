"""The product as an application of its own."""

from litestar import Litestar

from ats.plugin import ATSPlugin, OpenServices
from ats.settings import Settings


def create_app(settings: Settings, *, opened: OpenServices | None = None) -> Litestar:
    """Our own application: the plug-in at the root, and nothing else."""
    return Litestar(plugins=[ATSPlugin(settings, opened=opened)], openapi_config=None, logging_config=None)

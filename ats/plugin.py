"""The product as a Litestar plug-in: mounted at any prefix of somebody's application, or at the root of our own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.plugins import InitPlugin

from ats.core.services import Services
from ats.health import HANDLERS as HEALTH
from ats.process import open_services
from ats.rooms import rooms
from ats.settings import Settings
from ats.staff.queries import resolve_session
from ats.web.router import build_router, make_site

OpenServices = Callable[[], AbstractAsyncContextManager[Services]]


class ATSPlugin(InitPlugin):
    """Adds the whole product below `prefix` and opens what it needs for as long as the application lives.

    Nothing of the host is touched: neither its templates, stores, CSRF protection nor its exception handlers.
    """

    def __init__(self, settings: Settings, *, prefix: str = "", opened: OpenServices | None = None) -> None:
        """settings: see `read_settings`; base_url must include the prefix. opened: another way to get services."""
        self._settings = settings
        self._prefix = prefix
        self._open = opened or (lambda: open_services(settings, name="ats web"))
        self._services: Services | None = None

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Called by Litestar when the host application is built."""
        handlers = [*HEALTH, *(handler for room in rooms(demo=self._settings.demo) for handler in room.handlers)]

        # A function, not a bound method: Litestar copies routers deeply, and there is one plug-in.
        def provide() -> Services:
            if self._services is None:
                raise RuntimeError("the application's lifespan has not begun")
            return self._services

        router = build_router(
            make_site(self._settings, self._prefix),
            handlers,
            resolve=resolve_session,
            dependencies={"services": Provide(provide, sync_to_thread=False)},
            host_exception_keys=app_config.exception_handlers,
        )
        app_config.route_handlers.append(router)
        app_config.lifespan = [*app_config.lifespan, self._lifespan]
        return app_config

    @asynccontextmanager
    async def _lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        async with self._open() as services:
            self._services = services
            try:
                yield
            finally:
                self._services = None

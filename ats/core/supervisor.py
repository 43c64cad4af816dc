"""Runs the product's own processes side by side: restarts what crashes, stops all of them together.

The children are started by the same launcher as the embedded servers, so they end when this process does, however
that comes about.
"""

import asyncio
import contextlib
import logging
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ats.core.embedded.process import kill, spawn, stop
from ats.core.errors import AtsError

E = TypeVar("E", bound=Exception)

_logger = logging.getLogger(__name__)
_POLL_SECONDS = 0.05
# EX_CONFIG of sysexits.h: the child says that starting it again cannot help.
HOPELESS_STATUS = 78


class SupervisorError(AtsError):
    """The children cannot be kept running. message: which and how it ended; its own output says why."""

    status = 503
    code = "supervisor"


@dataclass(frozen=True)
class Child:
    """A command to keep running.

    name: what messages call it. argv: the command, its program an absolute path. env: its whole environment. Its
    output goes where ours goes.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]


@dataclass(frozen=True)
class Policy:
    """How patient a supervisor is; all times in seconds.

    quick: a child that ends sooner than this after its start counts as a quick failure. quick_failures: so many in a
    row, and we give up. first_delay, longest_delay: the wait before a restart, doubled at each quick failure. grace:
    how long children may take to stop before they are killed. ready: how long all may take to become ready.
    """

    quick: float = 10.0
    quick_failures: int = 5
    first_delay: float = 0.25
    longest_delay: float = 30.0
    grace: float = 15.0
    ready: float = 60.0


class Supervisor:
    """Keeps children running until it is asked to stop. Use an instance once."""

    def __init__(self, policy: Policy = Policy()) -> None:
        self._policy = policy
        self._asked = asyncio.Event()
        self._processes: dict[str, Process] = {}

    async def run(
        self,
        children: Sequence[Child],
        *,
        ready: Callable[[], Awaitable[bool]],
        on_ready: Callable[[], None],
        failed: "asyncio.Future[E] | None" = None,
    ) -> None:
        """Run `children` until SIGINT, SIGTERM or SIGHUP, or until one of them cannot be kept running.

        ready: asked repeatedly after the start until it answers True; then on_ready is called, once. failed: something
        else that the children stand on; its result is raised as soon as it is there.

        The first signal stops every child gracefully, with SIGTERM and the policy's grace; a second one kills them at
        once. On return, and when this raises, no child is left. Call it in the main thread, as signals need. Raises
        SupervisorError, OSError when a command cannot be started, and what `failed` brings.
        """
        with self._signals():
            tasks = [asyncio.create_task(self._keep(child)) for child in children]
            tasks.append(asyncio.create_task(self._announce(ready, on_ready)))
            asked = asyncio.create_task(self._asked.wait())
            waiting: set[asyncio.Future[Any]] = {*tasks, asked} | ({failed} if failed else set())
            try:
                while not asked.done():
                    done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    if failed is not None and failed in done:
                        raise failed.result()
                    for task in done:
                        task.result()
            finally:
                for task in (*tasks, asked):
                    task.cancel()
                await asyncio.gather(*tasks, asked, return_exceptions=True)
                steps = [(signal.SIGTERM, self._policy.grace)]
                await asyncio.gather(*(stop(process, steps) for process in self._processes.values()))

    async def _keep(self, child: Child) -> None:
        """Start the child, and again whenever it ends. Raises SupervisorError when that leads nowhere."""
        clock = asyncio.get_running_loop().time
        failures = 0
        while True:
            started = clock()
            process = await spawn(child.argv, env=child.env, death_signal=signal.SIGKILL)
            self._processes[child.name] = process
            status = await process.wait()
            failures = failures + 1 if clock() - started < self._policy.quick else 1
            if status == HOPELESS_STATUS:
                raise SupervisorError(f"`{child.name}` cannot start; its message is above.")
            if failures >= self._policy.quick_failures:
                raise SupervisorError(
                    f"`{child.name}` ended {failures} times in a row soon after its start, the last time "
                    f"{_described(status)}; its messages are above."
                )
            delay = min(self._policy.longest_delay, self._policy.first_delay * 2 ** (failures - 1))
            _logger.warning("%s ended %s; starting it again in %.2f s", child.name, _described(status), delay)
            await asyncio.sleep(delay)

    async def _announce(self, ready: Callable[[], Awaitable[bool]], on_ready: Callable[[], None]) -> None:
        try:
            async with asyncio.timeout(self._policy.ready):
                while not await ready():  # noqa: ASYNC110 - another process, nothing to wait on
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise SupervisorError(f"The product was not ready within {self._policy.ready:.0f} seconds.") from None
        on_ready()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Handle the signals that ask us to stop; afterwards everything is as it was."""
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        if before[signal.SIGHUP] is signal.SIG_IGN:
            # Somebody said nohup.
            del before[signal.SIGHUP]
        for number in before:
            loop.add_signal_handler(number, self._on_signal)
        try:
            yield
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

    def _on_signal(self) -> None:
        if self._asked.is_set():
            for process in self._processes.values():
                kill(process)
        self._asked.set()


def _described(status: int) -> str:
    if status < 0:
        return f"by signal {signal.Signals(-status).name}"
    return f"with status {status}"

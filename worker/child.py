"""One child process with limits: started, asked, watched, and killed when it does not answer in time."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import TypeVar, cast

import msgspec

from ats.core.errors import Unavailable
from ats.documents.rules import DocumentRefused, Refusal
from worker.reading.messages import HEADER, ChildLimits, Crashed, Ready, Refused, Reply, Request, frame

T = TypeVar("T", bound=Reply)

_REPLY_BYTES = 64_000_000
# A child that is ended by one of these was ended from outside: by an operator, or by the kernel when the whole machine
# was short of memory. That says nothing about the document.
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
# Libraries for numbers start threads, which a child without the right to start anything cannot do.
_ENVIRONMENT = {"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class ChildFailed(DocumentRefused):
    """A document that cannot be read, or that cost the child its life. Trying again gives the same."""


class ChildUnavailable(Unavailable):
    """The child did not start, was ended from outside, or has a fault of its own. Not the document's fault: try again.

    where: the kind of the child's own fault and its line, fit for a log; "" for anything else.
    """

    def __init__(self, where: str = "") -> None:
        super().__init__()
        self.where = where


class Child:
    """A child process in one role, which is started when it is first asked and after each failure.

    One request at a time: a second one waits for the first. Whatever ends a request early (the deadline, a cancelled
    job, a broken reply) kills the process and all that it may have started, because the pipe is out of step then.
    """

    def __init__(self, role: str, limits: ChildLimits, *, deadline: float, start_deadline: float, uses: int) -> None:
        """Describes the child; nothing is started yet.

        Args:
            role: `reader` or `detector`.
            limits: what it may use.
            deadline: seconds for one request, on the clock on the wall.
            start_deadline: seconds until it must be ready.
            uses: after so many requests it is replaced, so that no memory builds up and no text stays in it.
        """
        self._role = role
        self._limits = limits
        self._deadline = deadline
        self._start_deadline = start_deadline
        self._uses = uses
        self._used = 0
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Starts the process unless it runs.

        Raises:
            ChildUnavailable: it did not become ready in time.
        """
        async with self._turn:
            await self._ensure_running()

    async def stop(self) -> None:
        """Ends the process, after the request that it is at."""
        async with self._turn:
            await self._kill()

    async def ask(self, request: Request, expected: type[T]) -> T:
        """One request and its reply.

        Raises:
            ChildFailed: the reason why the document cannot be read.
            ChildUnavailable: the child could not be started or was ended from outside.
        """
        async with self._turn:
            process = await self._ensure_running()
            try:
                async with asyncio.timeout(self._deadline):
                    reply = await self._exchange(process, request)
            except TimeoutError:
                await self._kill()
                raise ChildFailed(Refusal.TIMEOUT) from None
            except (asyncio.IncompleteReadError, ConnectionError):
                raise await self._post_mortem(process) from None
            except BaseException:
                await self._kill()
                raise
            self._used += 1
            if self._used >= self._uses:
                await self._kill()
        if isinstance(reply, Refused):
            raise ChildFailed(reply.reason)
        if isinstance(reply, Crashed):
            raise ChildUnavailable(reply.where)
        if not isinstance(reply, expected):
            raise ChildFailed(Refusal.BROKEN)
        return reply

    async def _ensure_running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        limits = self._limits
        arguments = [self._role, os.getpid(), limits.memory, limits.cpu, limits.files]
        self._used = 0
        try:
            async with asyncio.timeout(self._start_deadline):
                self._process = process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-I",
                    "-B",
                    "-m",
                    "worker.reading",
                    *map(str, arguments),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    env=_ENVIRONMENT,
                    cwd="/",
                    start_new_session=True,
                )
                if isinstance(await self._receive(process), Ready):
                    return process
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ChildFailed):
            pass
        except BaseException:
            await self._kill()
            raise
        await self._kill()
        raise ChildUnavailable

    async def _exchange(self, process: asyncio.subprocess.Process, request: Request) -> Reply:
        requests = cast(asyncio.StreamWriter, process.stdin)
        requests.write(frame(request))
        await requests.drain()
        return await self._receive(process)

    async def _receive(self, process: asyncio.subprocess.Process) -> Reply:
        replies = cast(asyncio.StreamReader, process.stdout)
        (length,) = HEADER.unpack(await replies.readexactly(HEADER.size))
        if length > _REPLY_BYTES:
            raise ChildFailed(Refusal.TOO_COMPLEX)
        body = await replies.readexactly(length)
        try:
            reply: Reply = msgspec.msgpack.decode(body, type=Reply)
        except msgspec.MsgspecError:
            # A parser that was taken over may say anything; only well-formed replies are believed.
            raise ChildFailed(Refusal.BROKEN) from None
        return reply

    async def _post_mortem(self, process: asyncio.subprocess.Process) -> DocumentRefused | Unavailable:
        """What it means that the child died over a document."""
        with suppress(TimeoutError):
            # It has closed its pipe; a moment later it is gone, unless it only pretends.
            async with asyncio.timeout(1):
                await process.wait()
        code = process.returncode
        await self._kill()
        if code == -signal.SIGXCPU:
            return ChildFailed(Refusal.TIMEOUT)
        if code is not None and (code > 0 or -code in _FROM_OUTSIDE):
            return ChildUnavailable()
        # Parsers answer a lack of memory by aborting, and nonsense by crashing.
        return ChildFailed(Refusal.TOO_COMPLEX)

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.shield(process.wait())

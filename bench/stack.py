"""The whole product as `ats run` starts it, in a directory of its own."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ats.core.embedded import EmbeddedUrls, running
from ats.local import LocalData


@dataclass
class Stack:
    """A running product. started: seconds from the command to its `ready` line. output: what it has printed."""

    process: asyncio.subprocess.Process
    base_url: str
    local: LocalData
    started: float
    output: list[str] = field(default_factory=list)

    @property
    def urls(self) -> EmbeddedUrls:
        """The addresses of its servers."""
        urls = running(self.local.servers)
        assert urls is not None
        return urls

    def memory(self, name: str) -> int:
        """Resident bytes of one of its processes with all that it has started."""
        total = 0
        for child in psutil.Process(self.process.pid).children(recursive=True):
            # Readers come and go with their documents.
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.cmdline()[-1:] == [name]:
                    total += sum(each.memory_info().rss for each in (child, *child.children(recursive=True)))
        return total


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """A data directory that the servers can reach, also as root."""
    made = Path(tempfile.mkdtemp(prefix="ats-bench-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@asynccontextmanager
async def stack(data: Path, *, demo: bool) -> AsyncIterator[Stack]:
    """Start the product on `data` and stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ats", "run", "--port", str(port), "--data", str(data), "--demo" if demo else "--no-demo",
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(120):
        while not (line := (await process.stdout.readline()).decode()).startswith("ready"):
            assert line, "ats run ended before it was ready"
    made = Stack(process, line.split()[1], LocalData(data), time.perf_counter() - begun)
    reader = asyncio.create_task(_keep_reading(process.stdout, made.output))
    try:
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
        await reader


async def _keep_reading(stream: asyncio.StreamReader, output: list[str]) -> None:
    while line := await stream.readline():
        output.append(line.decode())

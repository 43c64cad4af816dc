"""A child keeps to its limits, and whatever happens to it the next document is read."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from ats.documents.rules import Kind, Limits, Refusal
from worker.child import Child, ChildFailed, ChildUnavailable
from worker.reading.messages import ChildLimits, DetectResult, ReadRequest, ReadResult
from worker.sandbox import READER

LETTER = ReadRequest(b"Dear all", Kind.TEXT, Limits())


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Child]]:
    """Makes reader children that end with the test."""
    children = []

    def one(*, limits: ChildLimits = READER, deadline: float = 10, start_deadline: float = 20, uses: int = 10) -> Child:
        children.append(Child("reader", limits, deadline=deadline, start_deadline=start_deadline, uses=uses))
        return children[-1]

    yield one
    for child in children:
        await child.stop()


async def read(child: Child) -> str:
    return (await child.ask(LETTER, ReadResult)).text


def gone(pid: int) -> bool:
    """Whether a process is dead; one that nobody has collected yet is dead too."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "did not happen in time"
        await asyncio.sleep(0.02)


async def test_a_child_starts_when_first_asked_and_is_kept(make: Callable[..., Child]) -> None:
    child = make()
    assert child.pid is None
    assert await read(child) == "Dear all"
    pid = child.pid
    assert pid is not None
    assert await read(child) == "Dear all"
    assert child.pid == pid


async def test_a_child_is_replaced_after_its_number_of_documents(make: Callable[..., Child]) -> None:
    child = make(uses=2)
    await child.start()
    first = child.pid
    assert first is not None
    await read(child)
    await read(child)
    assert child.pid is None
    assert gone(first)
    assert await read(child) == "Dear all"
    assert child.pid not in (None, first)


async def test_requests_at_the_same_time_wait_for_each_other(make: Callable[..., Child]) -> None:
    child = make()
    requests = [ReadRequest(str(n).encode(), Kind.TEXT, Limits()) for n in range(8)]
    replies = await asyncio.gather(*(child.ask(request, ReadResult) for request in requests))
    assert [reply.text for reply in replies] == [str(n) for n in range(8)]


async def test_a_child_that_does_not_answer_is_killed_at_the_deadline(make: Callable[..., Child]) -> None:
    child = make(deadline=0.5)
    await child.start()
    pid = child.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(ChildFailed) as failed:
        await read(child)
    assert failed.value.reason is Refusal.TIMEOUT
    assert time.monotonic() - began < 3
    assert gone(pid)
    assert await read(child) == "Dear all"


async def test_a_cancelled_request_takes_its_child_along(make: Callable[..., Child]) -> None:
    child = make()
    await child.start()
    pid = child.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    request = asyncio.create_task(read(child))
    await asyncio.sleep(0.1)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert gone(pid)
    assert await read(child) == "Dear all"


@pytest.mark.parametrize("fatal", [signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU])
async def test_a_crash_is_the_fault_of_the_document(make: Callable[..., Child], fatal: signal.Signals) -> None:
    child = make()
    await child.start()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    request = asyncio.create_task(read(child))
    await asyncio.sleep(0.1)
    os.kill(child.pid, fatal)
    os.kill(child.pid, signal.SIGCONT)
    with pytest.raises(ChildFailed) as failed:
        await request
    assert failed.value.reason is (Refusal.TIMEOUT if fatal is signal.SIGXCPU else Refusal.TOO_COMPLEX)
    assert await read(child) == "Dear all"


async def test_a_kill_from_outside_is_not_the_fault_of_the_document(make: Callable[..., Child]) -> None:
    child = make()
    await child.start()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    request = asyncio.create_task(read(child))
    await asyncio.sleep(0.1)
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(ChildUnavailable):
        await request
    assert await read(child) == "Dear all"


@pytest.mark.parametrize("polite", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_to_the_whole_service_does_not_cost_a_document(
    make: Callable[..., Child], polite: signal.Signals
) -> None:
    child = make()
    await child.start()
    assert child.pid is not None
    os.kill(child.pid, polite)
    pid = child.pid
    assert await read(child) == "Dear all"
    assert child.pid == pid


async def test_a_child_that_cannot_start_is_not_the_fault_of_the_document(make: Callable[..., Child]) -> None:
    with pytest.raises(ChildUnavailable):
        await read(make(limits=ChildLimits(memory=8_000_000, cpu=5)))
    with pytest.raises(ChildUnavailable):
        await read(make(start_deadline=0.001))


async def test_a_reply_of_another_kind_is_not_believed(make: Callable[..., Child]) -> None:
    with pytest.raises(ChildFailed) as failed:
        await make().ask(LETTER, DetectResult)
    assert failed.value.reason is Refusal.BROKEN


async def test_the_kernel_knows_the_limits_of_a_child(
    make: Callable[..., Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATS_CANARY", "canary-secret")
    child = make()
    await child.ask(ReadRequest(b"canary-text", Kind.TEXT, Limits()), ReadResult)
    process = psutil.Process(child.pid)
    assert process.rlimit(psutil.RLIMIT_AS) == (READER.memory, READER.memory)
    assert process.rlimit(psutil.RLIMIT_NOFILE) == (READER.files, READER.files)
    for none in (psutil.RLIMIT_FSIZE, psutil.RLIMIT_NPROC, psutil.RLIMIT_CORE):
        assert process.rlimit(none) == (0, 0)
    assert READER.cpu < process.rlimit(psutil.RLIMIT_CPU)[0] <= READER.cpu + 5
    assert "NoNewPrivs:\t1" in Path(f"/proc/{child.pid}/status").read_text()
    assert os.getpgid(process.pid) == os.getsid(process.pid) == process.pid
    assert process.cwd() == "/"
    shown = str(process.cmdline()) + str(process.environ())
    assert "canary" not in shown
    assert not process.open_files()


def test_a_child_dies_with_its_parent_even_when_it_is_stuck(tmp_path: Path) -> None:
    parent = tmp_path / "parent.py"
    parent.write_text(
        "import asyncio, worker.child, worker.sandbox\n"
        "async def main():\n"
        "    child = worker.child.Child('reader', worker.sandbox.READER, deadline=60, start_deadline=20, uses=1)\n"
        "    await child.start()\n"
        "    print(child.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, str(parent)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        # Stopped, it can neither notice that its pipe is closed nor use up its processor time.
        os.kill(pid, signal.SIGSTOP)
        assert not gone(pid)
        process.kill()
    end = time.monotonic() + 10
    while not gone(pid):
        assert time.monotonic() < end, "the orphan lives on"
        time.sleep(0.02)


async def test_a_stopped_child_leaves_no_process_and_no_pipe(make: Callable[..., Child]) -> None:
    before = open_files()
    child = make()
    await read(child)
    pid = child.pid
    assert pid is not None
    await child.stop()
    assert not psutil.pid_exists(pid)
    await until(lambda: open_files() <= before)

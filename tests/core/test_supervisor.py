"""The supervisor with real children: restarts, giving up, stopping, and its own death."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from ats.core.embedded.errors import EmbeddedError
from ats.core.supervisor import HOPELESS_STATUS, Child, Policy, Supervisor, SupervisorError

IMPATIENT = Policy(quick=5, quick_failures=3, first_delay=0.01, longest_delay=0.05, grace=5, ready=10)

# Notes its process id in argv[1] and ends gracefully, noting that too, when asked with SIGTERM.
POLITE = """
import os, signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as file: file.write("stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n")
while True: time.sleep(60)
"""
# Notes its process id in argv[1], does not want to end, and has a child of its own that does not either.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n{other.pid}\\n")
while True: time.sleep(60)
"""
# Notes its process id in argv[1] and ends with the status in argv[2].
FAILING = """
import os, sys
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n")
sys.exit(int(sys.argv[2]))
"""
# Runs two children (argv[1] and argv[2] are their notes) until it is told to stop.
WHOLE = f"""
import asyncio, os, sys
from ats.core.supervisor import Child, Supervisor
children = [Child(f"child {{path}}", [sys.executable, "-c", {POLITE!r}, path], os.environ) for path in sys.argv[1:]]
async def ready(): return all(os.path.exists(path) and os.path.getsize(path) for path in sys.argv[1:])
asyncio.run(Supervisor().run(children, ready=ready, on_ready=lambda: print("ready", flush=True)))
print("ended", flush=True)
"""


def child(code: str, notes: Path, *arguments: str) -> Child:
    return Child(notes.name, [sys.executable, "-c", code, str(notes), *arguments], {"MARK": "seen"})


def lines(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


def alive(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def noted(*notes: Path, count: int = 1) -> Callable[[], Awaitable[bool]]:
    """A readiness check: every file holds that many lines."""

    async def check() -> bool:
        return all(len(lines(path)) >= count for path in notes)

    return check


async def never() -> bool:
    return False


def interrupt(number: signal.Signals = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_every_child_gracefully_and_the_handlers_are_put_back(
    tmp_path: Path, number: signal.Signals
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    # A parent such as nohup may have had this one ignored, which the supervisor respects.
    signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    announced: list[bool] = []

    def on_ready() -> None:
        announced.append(True)
        interrupt(number)

    children = [child(POLITE, one), child(POLITE, two)]
    await Supervisor(IMPATIENT).run(children, ready=noted(one, two), on_ready=on_ready)
    assert announced == [True]
    for notes in (one, two):
        pid, *rest = lines(notes)
        assert rest == ["stopped"]
        assert not alive(int(pid))
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


async def test_a_child_gets_its_environment_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "private")
    notes = tmp_path / "notes"
    code = (
        "import json, os, sys, time; open(sys.argv[1], 'w').write(json.dumps(dict(os.environ)) + '\\n'); time.sleep(60)"
    )
    await Supervisor(IMPATIENT).run([child(code, notes)], ready=noted(notes), on_ready=interrupt)
    seen = json.loads(notes.read_text())
    assert seen.pop("MARK") == "seen"
    # What Python itself may add for its locale.
    assert set(seen) <= {"LC_CTYPE"}


async def test_a_child_that_crashes_is_started_again_and_the_other_is_left_alone(tmp_path: Path) -> None:
    victim, other = tmp_path / "victim", tmp_path / "other"

    async def killed_and_back() -> bool:
        if await noted(victim, other)() and len(lines(victim)) == 1:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(lines(victim)[0]), signal.SIGKILL)
        return len(lines(victim)) == 2

    await Supervisor(IMPATIENT).run(
        [child(POLITE, victim), child(POLITE, other)], ready=killed_and_back, on_ready=interrupt
    )
    first, second, *rest = lines(victim)
    assert first != second
    assert rest == ["stopped"]
    assert len(lines(other)) == 2


async def test_a_child_that_keeps_crashing_is_given_up_with_its_name_and_status_and_the_rest_is_stopped(
    tmp_path: Path,
) -> None:
    bad, good = tmp_path / "bad", tmp_path / "good"
    with pytest.raises(SupervisorError, match=r"`bad` ended 3 times in a row .* with status 3"):
        await Supervisor(IMPATIENT).run(
            [child(FAILING, bad, "3"), child(POLITE, good)], ready=never, on_ready=lambda: None
        )
    assert len(lines(bad)) == 3
    assert not any(alive(int(pid)) for pid in lines(good)[:1])


async def test_failures_far_apart_never_add_up(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    patient = Policy(quick=0.0, quick_failures=2, first_delay=0.01, longest_delay=0.01)
    await Supervisor(patient).run([child(FAILING, notes, "1")], ready=noted(notes, count=4), on_ready=interrupt)
    assert len(lines(notes)) >= 4


async def test_the_wait_before_a_restart_doubles(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    slow = Policy(quick=5, quick_failures=4, first_delay=0.2, longest_delay=0.4)
    began = time.monotonic()
    with pytest.raises(SupervisorError):
        await Supervisor(slow).run([child(FAILING, notes, "1")], ready=never, on_ready=lambda: None)
    assert time.monotonic() - began > 0.2 + 0.4 + 0.4


async def test_a_child_that_says_that_it_is_hopeless_is_not_started_again(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with pytest.raises(SupervisorError, match="`notes` cannot start"):
        await Supervisor(IMPATIENT).run(
            [child(FAILING, notes, str(HOPELESS_STATUS))], ready=never, on_ready=lambda: None
        )
    assert len(lines(notes)) == 1


async def test_a_command_that_does_not_exist_is_given_up(tmp_path: Path) -> None:
    missing = Child("missing", [str(tmp_path / "missing")], {})
    with pytest.raises(SupervisorError, match="`missing` ended 3 times"):
        await Supervisor(IMPATIENT).run([missing], ready=never, on_ready=lambda: None)


async def test_what_does_not_become_ready_in_time_is_stopped(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    with pytest.raises(SupervisorError, match="not ready within 1 seconds"):
        await Supervisor(Policy(ready=1)).run([child(POLITE, notes)], ready=never, on_ready=lambda: None)
    assert [alive(int(pid)) for pid in lines(notes)[:1]] in ([False], [])


async def test_a_child_that_ignores_the_request_is_killed_with_its_own_children_after_the_grace(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    began = time.monotonic()
    short = Policy(grace=0.3, ready=10)
    await Supervisor(short).run([child(STUBBORN, notes)], ready=noted(notes, count=2), on_ready=interrupt)
    assert 0.3 < time.monotonic() - began < 8
    await ended([int(pid) for pid in lines(notes)])


async def ended(pids: list[int]) -> None:
    assert pids
    async with asyncio.timeout(5):
        while any(alive(pid) for pid in pids):
            await asyncio.sleep(0.02)


async def test_a_second_signal_kills_at_once(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    loop = asyncio.get_running_loop()
    began = time.monotonic()

    def twice() -> None:
        interrupt(signal.SIGINT)
        loop.call_later(0.2, interrupt, signal.SIGINT)

    await Supervisor(Policy(grace=60)).run([child(STUBBORN, notes)], ready=noted(notes, count=2), on_ready=twice)
    assert time.monotonic() - began < 20
    await ended([int(pid) for pid in lines(notes)])


async def test_the_failure_of_what_the_children_stand_on_stops_them_and_is_raised(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    failed: asyncio.Future[EmbeddedError] = asyncio.get_running_loop().create_future()
    error = EmbeddedError("The ground is gone.", "Get other ground.")
    with pytest.raises(EmbeddedError) as caught:
        await Supervisor(IMPATIENT).run(
            [child(POLITE, notes)], ready=noted(notes), on_ready=lambda: failed.set_result(error), failed=failed
        )
    assert caught.value is error
    assert lines(notes)[1:] == ["stopped"]


async def test_a_cancelled_supervisor_leaves_no_child(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    started = asyncio.Event()
    task = asyncio.create_task(
        Supervisor(IMPATIENT).run([child(POLITE, notes)], ready=noted(notes), on_ready=started.set)
    )
    await asyncio.wait_for(started.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lines(notes)[1:] == ["stopped"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_end_of_the_supervising_process_is_the_end_of_its_children(tmp_path: Path, number: signal.Signals) -> None:
    notes = [tmp_path / "one", tmp_path / "two"]
    command = [sys.executable, "-c", WHOLE, *map(str, notes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        pids = [int(lines(path)[0]) for path in notes]
        assert all(alive(pid) for pid in pids)
        process.send_signal(number)
        rest = process.stdout.read()
    deadline = time.monotonic() + 5
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    graceful = number != signal.SIGKILL
    assert rest == ("ended\n" if graceful else "")
    assert [lines(path)[1:] for path in notes] == [["stopped"] if graceful else []] * 2


def test_a_terminals_interrupt_reaches_children_only_through_the_supervisor(tmp_path: Path) -> None:
    notes = [tmp_path / "one", tmp_path / "two"]
    command = [sys.executable, "-c", WHOLE, *map(str, notes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        # What a terminal does at Ctrl-C: the whole foreground group gets it.
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "ended\n"
    assert process.returncode == 0
    assert [lines(path)[1:] for path in notes] == [["stopped"]] * 2

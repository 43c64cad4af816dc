"""The detector child is kept warm, says exactly where a finding stands, and is replaced when it fails."""

import asyncio
import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from ats.demo.documents import cv, letter
from ats.demo.people import national_number, people
from ats.documents.rules import Kind, Limits
from worker.child import Child, ChildUnavailable
from worker.reading.messages import DetectResult, ReadRequest
from worker.sandbox import DETECTOR, Sandbox

NUMBER = national_number(dt.date(1990, 6, 14), 992)


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox whose detector has started."""
    one = Sandbox()
    await one.start()
    yield one
    await one.stop()


async def test_findings_slice_exactly_the_text_that_was_examined(sandbox: Sandbox) -> None:
    text = f"Ik ben geboren in Gent 🚲 en mijn naam is Zoë.\nMijn rijksregisternummer is {NUMBER}, 𝔊raag geheim."
    result = await sandbox.detect(text)
    assert result.language == "nl"
    assert NUMBER in [text[found.start : found.end] for found in result.findings if found.label == "NATIONAL_ID"]
    assert {found.tier for found in result.findings if found.label == "NATIONAL_ID"} == {"restricted"}


async def test_the_national_number_is_found_in_every_document_that_holds_one(sandbox: Sandbox) -> None:
    missed = []
    for person in people():
        for file in (cv(person), letter(person)):
            if file is None:
                continue
            text = (await sandbox.read(file.data, file.kind)).text
            number = national_number(person.born, person.serial)
            found = [text[f.start : f.end] for f in (await sandbox.detect(text)).findings if f.label == "NATIONAL_ID"]
            if (number in found) is not (number in text):
                missed.append(file.name)
    assert not missed


async def test_a_finding_says_why_and_not_what(sandbox: Sandbox) -> None:
    result = await sandbox.detect(f"Mijn rijksregisternummer is {NUMBER}.")
    assert all(found.reason and NUMBER not in found.reason for found in result.findings)
    assert all(0 <= found.score <= 1 for found in result.findings)


async def test_a_text_without_anything_sensitive_gives_no_finding(sandbox: Sandbox) -> None:
    assert (await sandbox.detect("Ik beheer servers en schrijf documentatie.")).findings == ()


async def test_the_detector_is_kept_for_many_texts_and_then_replaced() -> None:
    sandbox = Sandbox(detections=3)
    pids = []
    for number in range(4):
        await sandbox.start()
        pids.append(sandbox.detector_pid)
        await sandbox.detect(f"Tekst {number}")
    await sandbox.stop()
    assert pids[0] == pids[1] == pids[2] != pids[3]


async def test_a_killed_detector_is_started_again(sandbox: Sandbox) -> None:
    await sandbox.start()
    pid = sandbox.detector_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    request = asyncio.create_task(sandbox.detect("Tekst"))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ChildUnavailable):
        await request
    await sandbox.detect("Tekst")
    assert sandbox.detector_pid not in (None, pid)


async def test_a_fault_of_the_program_is_named_by_its_place_and_not_blamed_on_the_document() -> None:
    child = Child("detector", DETECTOR, deadline=10, start_deadline=60, uses=1)
    with pytest.raises(ChildUnavailable) as fault:
        await child.ask(ReadRequest(b"canary", Kind.TEXT, Limits()), DetectResult)
    await child.stop()
    assert fault.value.where.startswith("AttributeError at detector.py:")
    assert "canary" not in repr(fault.value) + fault.value.where


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("worker.sandbox", ("spacy", "pii", "pypdfium2", "lxml")),
        ("worker.reading.reader", ("spacy", "pii", "litestar", "piccolo", "arq", "asyncpg", "asyncio")),
        ("worker.reading.detector", ("pypdfium2", "lxml", "litestar", "piccolo", "arq", "asyncpg")),
    ],
)
def test_a_process_loads_only_what_its_role_needs(module: str, unwanted: tuple[str, ...]) -> None:
    program = f"import {module}, sys; print(*(name for name in {unwanted!r} if name in sys.modules))"
    shown = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == ""

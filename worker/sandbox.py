"""Where documents are read and texts examined: in children, so that a hostile file costs one answer and no more."""

import asyncio
from itertools import pairwise

from ats.documents.rules import Kind, Limits, Refusal, check_size
from worker.child import Child, ChildFailed
from worker.reading.messages import (
    ChildLimits,
    DetectRequest,
    DetectResult,
    ReadRequest,
    ReadResult,
)

_MEBIBYTE = 1024 * 1024
READER = ChildLimits(memory=1024 * _MEBIBYTE, cpu=20)
DETECTOR = ChildLimits(memory=1024 * _MEBIBYTE, cpu=60)


class Sandbox:
    """The children of one worker.

    A reader is a fresh process for each document: nothing of one document can reach the next. The detector needs
    seconds to load, so one is kept for many texts and replaced now and then. Neither bytes nor text ever touch the
    disk, an argument, the environment, a log or an exception.
    """

    def __init__(
        self,
        *,
        reader: ChildLimits = READER,
        read_deadline: float = 30,
        readers: int = 2,
        detector: ChildLimits = DETECTOR,
        detect_deadline: float = 90,
        detections: int = 200,
    ) -> None:
        """Describes the children; none is started yet.

        Args:
            reader: what the reading of one document may use.
            read_deadline: seconds for one document.
            readers: how many documents are read at the same time.
            detector: what the detector may use.
            detect_deadline: seconds for one text.
            detections: how many texts one detector examines before it is replaced.
        """
        self._reader_limits = reader
        self._read_deadline = read_deadline
        self._reading = asyncio.Semaphore(readers)
        self._detector = Child("detector", detector, deadline=detect_deadline, start_deadline=60, uses=detections)

    async def start(self) -> None:
        """Starts the detector ahead of the first text. Without this it starts by itself when it is needed.

        Raises:
            ChildUnavailable: it does not start.
        """
        await self._detector.start()

    async def stop(self) -> None:
        """Ends the detector after the text that it is at. Readers end with their documents."""
        await self._detector.stop()

    @property
    def detector_pid(self) -> int | None:
        """The process id of the detector while it runs."""
        return self._detector.pid

    async def read(self, data: bytes, kind: Kind, *, limits: Limits = Limits()) -> ReadResult:  # noqa: B008 - frozen
        """The text of a document.

        Args:
            data: the whole file.
            kind: what `sniff` said it is.
            limits: how big it may be.

        Raises:
            DocumentRefused: why it cannot be read; trying again gives the same.
            ChildUnavailable: nothing was learnt about the document; try again later.
        """
        check_size(len(data), limits)
        async with self._reading:
            child = Child("reader", self._reader_limits, deadline=self._read_deadline, start_deadline=20, uses=1)
            try:
                result = await child.ask(ReadRequest(data, kind, limits), ReadResult)
            finally:
                await child.stop()
        _check_pages(result, limits)
        return result

    async def detect(self, text: str) -> DetectResult:
        """The language of a text and its sensitive parts, as offsets into exactly this text.

        Raises:
            DocumentRefused, ChildUnavailable: as in `read`.
        """
        result = await self._detector.ask(DetectRequest(text), DetectResult)
        if not all(0 <= found.start < found.end <= len(text) for found in result.findings):
            raise ChildFailed(Refusal.BROKEN)
        return result


def _check_pages(result: ReadResult, limits: Limits) -> None:
    """Holds a reader to its word: what it says comes from a process that a hostile file may have taken over."""
    starts = result.page_starts
    ascending = starts[:1] == (0,) and all(a < b for a, b in pairwise(starts))
    ends = starts[-1:] <= (len(result.text),)
    fits = result.pages <= limits.pages and len(result.text) <= limits.characters
    if not (ascending and ends and fits and result.pages == len(starts) and result.text):
        raise ChildFailed(Refusal.BROKEN)

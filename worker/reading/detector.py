"""Finds the sensitive parts of a text. Loads the models once and is then kept for many texts."""

from collections.abc import Callable

import pii
from worker.reading.messages import DetectRequest, DetectResult, FoundSpan


def load() -> Callable[[DetectRequest], DetectResult]:
    """Loads what the detector needs and gives the function that examines a text."""
    pii.load()
    return detect


def detect(request: DetectRequest) -> DetectResult:
    """The language of a text and its sensitive parts."""
    findings = tuple(
        FoundSpan(
            start=found.start,
            end=found.end,
            label=str(found.label),
            tier=str(found.tier),
            score=found.score,
            reason=found.reason,
            section=found.section,
        )
        for found in pii.detect(request.text)
    )
    return DetectResult(language=pii.language_of(request.text), findings=findings)

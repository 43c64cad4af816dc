"""What reaches the log, and what cannot."""

import io
import json
import logging
import sys

import pytest
import structlog

from ats.core.logs import ALLOWED_KEYS, configure_logs

PRIVATE = "Noor Willems"


@pytest.fixture
def logged(monkeypatch):
    """Configures the logs at a level and gives what was logged since, as objects."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = list(root.handlers), root.level

    def lines(level=None):
        if level is not None:
            monkeypatch.setattr(sys, "stderr", stream)
            configure_logs(level)
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield lines
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_a_line_is_one_object_with_its_time_and_level(logged):
    logged("info")
    structlog.get_logger().warning("job_failed", kind="mail", attempts=3)
    (line,) = logged()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "job_failed", "level": "warning", "kind": "mail", "attempts": 3}


def test_only_what_is_on_the_list_is_written_and_the_rest_is_counted(logged):
    logged("info")
    structlog.get_logger().info("request", status=200, name=PRIVATE, email="noor@example.org", path="/my/token")
    (line,) = logged()
    assert line["dropped"] == 3
    assert set(line) <= ALLOWED_KEYS
    assert PRIVATE not in json.dumps(line)


def test_of_an_exception_the_type_and_the_places_remain(logged):
    logged("info")
    try:
        raise ValueError(PRIVATE)
    except ValueError as error:
        structlog.get_logger().warning("failed", exc_info=error)
        structlog.get_logger().warning("failed", exc_info=True)
        logging.getLogger("some.library").exception("it failed")
    for line in logged():
        assert line["error"] == "ValueError"
        assert line["frames"][-1].endswith("test_of_an_exception_the_type_and_the_places_remain")
        assert PRIVATE not in json.dumps(line)
    assert len(logged()) == 3


def test_of_a_library_only_the_unformatted_message_is_kept(logged):
    logged("info")
    logging.getLogger("some.library").warning("could not send to %s", PRIVATE)
    logging.getLogger("some.library").warning(ValueError(PRIVATE))
    logging.getLogger("some.library").warning("with more", extra={"name_of_person": PRIVATE})
    assert [line["event"] for line in logged()] == ["could not send to %s", "ValueError", "with more"]
    assert PRIVATE not in json.dumps(logged())
    assert logged()[0]["logger"] == "some.library"


@pytest.mark.parametrize(("level", "expected"), [("error", 1), ("warning", 2), ("info", 3), ("debug", 4)])
def test_the_level_is_the_one_that_was_asked_for(logged, level, expected):
    logged(level)
    log = structlog.get_logger()
    for say in (log.debug, log.info, log.warning, log.error):
        say("something")
    assert len(logged()) == expected


def test_libraries_never_get_below_info_and_the_talkative_ones_never_below_warning(logged):
    logged("debug")
    logging.getLogger("some.library").debug("SELECT %s", PRIVATE)
    for name in ("uvicorn.access", "arq.worker", "litestar"):
        logging.getLogger(name).info("request of %s", PRIVATE)
    assert logged() == []


def test_configuring_again_writes_nothing_twice(logged):
    logged("info")
    logged("info")
    logging.getLogger("some.library").warning("once")
    assert len(logged()) == 1

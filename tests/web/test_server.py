"""The real server on loopback: limits that come before the application, its log, and its end."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import httpx
import pytest

from tests.web.small_app import CANARY

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """The small application in its own process."""

    def __init__(self, folder: Path, argument: str = "0") -> None:
        self.errors = folder / "stderr"
        with self.errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.web.serve_small_app", str(folder / "templates"), argument],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True,
            )  # fmt: skip
        self._out = cast("IO[str]", self.process.stdout)
        self.first_line = self._out.readline().strip()
        self.port = int(self.first_line.split()[-1]) if self.first_line else 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        """What it wrote to its log."""
        return self.errors.read_text()

    def entries(self, count: int) -> list[dict[str, object]]:
        """The access log, once it has `count` lines."""
        for _ in range(100):
            lines = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
            found = [line for line in lines if line["event"] == "request"]
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(self.log())

    def stop(self) -> tuple[int, str]:
        """End it; its exit code and the rest of what it printed."""
        if self._out.closed:
            return self.process.wait(), ""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        rest = self._out.read()
        self._out.close()
        return self.process.wait(30), rest

    def raw(self, request: bytes, *, wait: float = 5) -> bytes:
        """Send bytes, read the answer until the server ends it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(request)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server, for tests that leave it running."""
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A running server for one test."""
    made = Server(tmp_path)
    yield made
    made.stop()


def get_request(*headers: str, target: str = "/health") -> bytes:
    """A request as bytes, closing the connection after its answer."""
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]).encode(
        "latin-1"
    )


def test_a_header_of_a_megabyte_is_431(server: Server) -> None:
    answer = httpx.get(f"{server.url}/health", headers={"X-Long": "x" * 1_000_000})
    assert answer.status_code == 431
    assert answer.text == "The request's headers are too large."
    assert httpx.get(f"{server.url}/health").status_code == 200


@pytest.mark.parametrize("size", [66_000, 120_000, 200_000, 3_000_000])
def test_headers_beyond_64_kb_are_431_however_they_arrive(server: Server, size: int) -> None:
    for request in (
        get_request("X-Long: " + "x" * size),
        get_request(*[f"X-{number}: {'x' * 100}" for number in range(size // 100)]),
        get_request("Cookie: " + "a=b; " * (size // 5)),
    ):
        assert server.raw(request).startswith(b"HTTP/1.1 431 ")


def test_an_address_without_end_is_414(server: Server) -> None:
    assert server.raw(get_request(target="/" + "a" * 20_000)).startswith(b"HTTP/1.1 414 ")
    assert server.raw(get_request(target="/nl/jobs?q=" + "a" * 20_000)).startswith(b"HTTP/1.1 414 ")


@pytest.mark.parametrize(
    "request_bytes",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100 + b"\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nA\0: b\r\n\r\n",
     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n"],
)  # fmt: skip
def test_what_is_not_http_is_400(server: Server, request_bytes: bytes) -> None:
    assert server.raw(request_bytes + b"\n\n").startswith(b"HTTP/1.1 400 ")


def test_unreadable_paths_and_queries_have_a_clear_answer_over_http(server: Server) -> None:
    for target, status in (
        ("/%ff", 404),
        ("/%00", 404),
        ("/nl/jobs?q=%ff", 400),
        ("/nl/jobs?q=%00", 400),
        ("/nl/jobs?%", 200),
    ):
        assert server.raw(get_request(target=target)).startswith(b"HTTP/1.1 %d " % status), target


def test_a_request_that_never_ends_its_headers_is_let_go(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as silent:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as slow:
            slow.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n")
            assert slow.recv(1000).startswith(b"HTTP/1.1 408 ")
        assert silent.recv(1000) == b""


def test_an_upload_that_stops_halfway_is_let_go(server: Server) -> None:
    head = b"POST /plain HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"
    assert server.raw(head + b"name=", wait=10).startswith(b"HTTP/1.1 400 ")


def test_a_refused_upload_that_trickles_on_is_answered_all_the_same(server: Server) -> None:
    head = b"POST /desk/act HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: none\r\nContent-Length: 100\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head)
        connection.setblocking(False)
        began, answer = time.monotonic(), b""
        while not answer and time.monotonic() - began < 10:
            time.sleep(0.5)
            try:
                answer = connection.recv(65536)
            except BlockingIOError:
                connection.sendall(b"x")
        assert answer.startswith(b"HTTP/1.1 401 ")


def test_head_has_no_body_on_the_wire(server: Server) -> None:
    head = server.raw(get_request().replace(b"GET", b"HEAD"))
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: 2\r\n" in head
    assert head.endswith(b"\r\n\r\n")


def test_answers_do_not_wait_for_acknowledgements(server: Server) -> None:
    with httpx.Client(base_url=server.url) as browser:
        times = []
        for _ in range(30):
            began = time.perf_counter()
            browser.get("/health")
            times.append(time.perf_counter() - began)
    # Nagle's algorithm against delayed acknowledgements makes each answer take 40 ms and more.
    assert sorted(times)[5] < 0.035


def test_no_answer_tells_what_serves_it(server: Server) -> None:
    for answer in (httpx.get(f"{server.url}/health"), httpx.get(f"{server.url}/nowhere")):
        assert "server" not in answer.headers


def test_an_early_refusal_waits_until_the_upload_has_been_sent(server: Server) -> None:
    answer = httpx.post(
        f"{server.url}/nl/jobs/x/apply",
        content=b"x" * 70_000_000,
        headers={"Content-Type": "multipart/form-data; boundary=a"},
    )
    assert answer.status_code == 413
    assert answer.text.startswith("<h1>413")
    assert (
        httpx.post(f"{server.url}/desk/act", content=b"x" * 3_000_000, headers={"Sec-Fetch-Site": "none"}).status_code
        == 401
    )


def test_a_client_that_waits_for_permission_is_refused_without_sending(server: Server) -> None:
    head = (
        b"POST /desk/act HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n"
        b"Sec-Fetch-Site: none\r\nConnection: close\r\n\r\n"
    )
    assert server.raw(head).startswith(b"HTTP/1.1 401 ")


def test_the_access_log_has_route_templates_and_nothing_of_the_request(own_server: Server) -> None:
    server = own_server
    httpx.get(f"{server.url}/nl/jobs?q={CANARY}", headers={"User-Agent": CANARY, "Referer": CANARY})
    httpx.get(f"{server.url}/{CANARY}")
    httpx.post(f"{server.url}/my/{CANARY}/leave")
    httpx.post(f"{server.url}/plain", data={"name": CANARY})
    entries = server.entries(4)
    assert [(entry["method"], entry["route"], entry["status"]) for entry in entries] == [
        ("GET", "/{language}/jobs", 200),
        ("GET", "/{language}", 404),
        ("POST", "/my/{token}/leave", 303),
        ("POST", "/plain", 303),
    ]
    assert all(set(entry) == {"event", "method", "route", "status", "milliseconds"} for entry in entries)
    assert CANARY not in server.log()


def test_an_answer_that_breaks_off_is_cut_and_logged_without_its_text(own_server: Server) -> None:
    server = own_server
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(f"{server.url}/half")
    server.entries(1)
    assert "request failed" in server.log()
    assert CANARY not in server.log()


def test_sigterm_finishes_what_is_running_and_returns_to_the_caller(own_server: Server) -> None:
    server = own_server

    async def scenario() -> httpx.Response:
        async with httpx.AsyncClient() as browser:
            running = asyncio.create_task(browser.post(f"{server.url}/slow"))
            await asyncio.sleep(0.4)
            server.process.send_signal(signal.SIGTERM)
            return await running

    assert asyncio.run(scenario()).text == "done"
    server.process.wait(30)
    assert server.stop() == (0, "closed\nreturned\n")


def test_a_taken_port_is_explained(server: Server, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    other = Server(second, str(server.port))
    assert other.stop()[0] == 1
    assert "ATS_PORT" in other.log()


def test_a_failing_start_reaches_the_caller_and_not_the_log(tmp_path: Path) -> None:
    failing = Server(tmp_path, "fail")
    assert failing.stop()[0] == 1
    assert "start-up raised ValueError" in failing.log()
    assert CANARY not in failing.log()

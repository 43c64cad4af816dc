"""A real product in processes of its own, and a real Chromium that looks at it and notices what a person would not."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, async_playwright

from ats.demo.fill import SIGN_INS, SignIn
from tests.support.browser_setup import REMEDY, find_browser

READY_SECONDS = 90
STOP_SECONDS = 30
# Chromium talks to its maker by itself; the tests are about what our pages make it do.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--no-first-run",
)
RECRUITER, COORDINATOR, ADMINISTRATOR = SIGN_INS


@dataclass(frozen=True)
class Product:
    """`ats run` with its demonstration. url: where it answers, without a slash at the end."""

    url: str


@contextmanager
def running_product(folder: Path) -> Iterator[Product]:
    """Start the product with the demonstration in `folder`; at the end stop it, and see that it ends cleanly."""
    port = _free_port()
    said, complained = folder / "stdout", folder / "stderr"
    command = [sys.executable, "-m", "ats", "run", "--data", str(folder / "data"), "--port", str(port)]
    with said.open("wb") as stdout, complained.open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
    try:
        _wait_until_ready(process, said, complained)
        yield Product(f"http://127.0.0.1:{port}")
        assert process.poll() is None, complained.read_text()
    finally:
        _stop(process)
    assert process.returncode == 0, (process.returncode, complained.read_text())
    assert not complained.read_text(), complained.read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], said: Path, complained: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while "ready http" not in said.read_text():
        assert process.poll() is None, complained.read_text()
        assert time.monotonic() < deadline, "the product did not get ready"
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    finally:
        _, left = psutil.wait_procs(family, timeout=5)
        for each in [*left, process]:
            each.kill()
        process.wait()
    assert not left, "children outlived the product"


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """A Chromium without a window. Fails, saying what to do, when this machine has none."""
    path = find_browser()
    assert path, REMEDY
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Watch:
    """Everything in a context that no page of ours may do; `faults` must stay empty."""

    site: str
    faults: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Look at every page of `context`, also at those that links open."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # What could not be loaded is looked at below, by its status.
        if not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(f"{self.site}/"):
            self.faults.append(f"left the site: {request.url}")

    def _failed(self, request: Request) -> None:
        # Going on before everything has arrived is no fault of the page.
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"failed: {urlsplit(request.url).path} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= (500 if response.request.is_navigation_request() else 400):
            self.faults.append(f"{response.status}: {urlsplit(response.url).path}")


@asynccontextmanager
async def visit(browser: Browser, product: Product, **options) -> AsyncIterator[Page]:
    """A page of somebody who has never been here; at the end, nothing may have gone wrong unseen.

    options: as for `Browser.new_context`: viewport, locale, java_script_enabled, storage_state.
    """
    watch = Watch(product.url)
    context = await browser.new_context(base_url=product.url, **{"locale": "en", **options})
    context.set_default_timeout(20_000)
    try:
        watch.follow(context)
        yield await context.new_page()
    finally:
        await context.close()
    assert not watch.faults, watch.faults


async def sign_in(page: Page, account: SignIn) -> None:
    """Sign in by hand; gives the page that follows."""
    await page.goto("/desk/sign-in")
    await page.get_by_label("E-mail address").fill(account.email)
    await page.get_by_label("Password").fill(account.password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/desk**")

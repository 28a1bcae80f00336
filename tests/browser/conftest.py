"""The running site and a real Chromium; tests skip with a reason where there is no browser."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from browsing import Complaints, OpenPage, RunningSite
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette

from sample_site.site import BROWSER_AGENT, make_sample_site

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_TIMEOUT_S = 20


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium from the system.

    Of a module, not of the session: while Playwright's loop runs, no other test in the process could run one.
    """
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def _serve(app: Starlette) -> tuple[uvicorn.Server, threading.Thread, str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        assert time.monotonic() < deadline, "the site did not start"
        time.sleep(0.02)
    return server, thread, f"http://127.0.0.1:{listener.getsockname()[1]}"


def _running(folder: Path, *, is_filled: bool, needs_login: bool = False) -> Iterator[RunningSite]:
    sample_url = "https://kestrel.example/" if is_filled else ""
    site = make_sample_site(folder, is_filled=is_filled, sample_url=sample_url, needs_login=needs_login)
    server, thread, address = _serve(site.app)
    yield RunningSite(site, address)
    server.should_exit = True
    thread.join()
    site.store.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site full of briefs."""
    yield from _running(tmp_path_factory.mktemp("filled"), is_filled=True)


@pytest.fixture(scope="module")
def running_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site at its first start."""
    yield from _running(tmp_path_factory.mktemp("empty"), is_filled=False)


@pytest.fixture
def running_with_login(tmp_path: Path) -> Iterator[RunningSite]:
    """A site that readers sign in to, not set up yet."""
    yield from _running(tmp_path, is_filled=True, needs_login=True)


@pytest.fixture
def complaints() -> Complaints:
    """Filled by every page that the test opens."""
    return Complaints()


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> Iterator[OpenPage]:
    """Opens a page: `open_page(address, width_px=…, scheme="light" or "dark")`."""
    contexts = []

    def opener(address: str, *, width_px: int = 1440, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width_px, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            user_agent=BROWSER_AGENT,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.lines.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.lines.append(f"page: {error}"))
        page.on("requestfailed", lambda request: complaints.lines.append(f"failed: {request.url}"))
        page.goto(address)
        return page

    yield opener
    for context in contexts:
        context.close()

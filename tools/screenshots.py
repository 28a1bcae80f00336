"""Take the pictures of the README from the running product: `.venv/bin/python tools/screenshots.py`.

Starts `nutgraf demo` in a folder of its own, waits for its briefs, and photographs them in Chromium.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
PORT = 18_351
SITE = f"http://127.0.0.1:{PORT}"
MIN_BRIEFS = 24
MIN_PICTURES = 20
PICTURES_S = 60
BRIEF = "Trains to return to Ferrow"  # of the sample press: a brief with every part
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Take every picture."""
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser_path is None:
        sys.exit("Chromium is needed to take the pictures.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "nutgraf", "demo", "--data", folder, "--port", str(PORT)]
        server = subprocess.Popen(command, env=os.environ | {"NO_COLOR": "1"}, stderr=subprocess.DEVNULL)
        try:
            wait_for_briefs(folder)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=browser_path, args=CHROMIUM_FLAGS)
                photograph(browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=1.5))
                browser.close()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)


def wait_for_briefs(folder: str, within_s: float = 90.0) -> None:
    """Return when the press is briefed. Raises TimeoutError."""
    export = [sys.executable, "-m", "nutgraf", "export", "--data", folder]
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        done = subprocess.run(export, capture_output=True, check=False)
        if done.stdout.count(b"\n") >= MIN_BRIEFS:
            return
        time.sleep(0.5)
    raise TimeoutError("the sample press was not briefed")


def photograph(page: Page) -> None:
    """The front page, and a brief with one sentence opened."""
    deadline = time.monotonic() + PICTURES_S
    page.goto(SITE)
    while page.locator("main img").count() < MIN_PICTURES and time.monotonic() < deadline:
        time.sleep(1)
        page.goto(SITE)
    page.screenshot(path=IMAGES / "front-page.png")
    page.get_by_role("link", name=BRIEF).first.click()
    page.locator("main details summary").first.click()
    page.screenshot(path=IMAGES / "evidence.png")


if __name__ == "__main__":
    main()

"""Every command that README and docs show is run as it stands there, in a folder of its own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loopback_press import Press, running_press

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

SERVERS = {"./run", "./run demo", "./run serve"}
# What must have been run before, in the same folder.
NEEDED_FIRST = {
    "./run backup before-update.zip": ["./run status"],
    "./run backup --check before-update.zip": ["./run status", "./run backup before-update.zip"],
    "./run restore before-update.zip --data ~/news-again": ["./run status", "./run backup before-update.zip"],
    "./run move --to sqlite:///moved.db": ["./run status"],
}
# The test run itself, and the settings variable's own example of a server on another port.
NOT_RUN_INSIDE_ITSELF = {"./test", "./test --quick"}


def commands_of(page: Path) -> list[str]:
    """Lines of the page's ```sh blocks."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


# One walk from top to bottom of its own: test_docs_production.py.
PAGES_OF_COMMANDS = [page for page in PAGES if page.name != "run-in-production.md"]
COMMANDS = sorted({command for page in PAGES_OF_COMMANDS for command in commands_of(page)} - NOT_RUN_INSIDE_ITSELF)


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with running_press() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, press: Press) -> Path:
    """A folder with the files that the commands name."""
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang=en><title>Tram line approved</title><article><h1>Tram line approved</h1>"
        "<p>The council of Easterby approved a new tram line on Monday after two years of debate.</p>"
        "<p>The line will cost 48 million crowns, said Mara Lindqvist, the city’s transport director.</p>"
        "<p>Residents of the harbour quarter had asked for it since the ferry closed three years ago.</p></article>"
    )
    (tmp_path / "article.txt").write_text(
        "The ferry to Holm will run again from May, the harbour board said on Monday."
    )
    outlines = "".join(f'<outline type="rss" text="x" xmlUrl="{url}"/>' for url in press.feed_urls)
    (tmp_path / "subscriptions.opml").write_text(f'<opml version="2.0"><head/><body>{outlines}</body></opml>')
    return tmp_path


def environment(place: Path, press: Press, port: int) -> dict[str, str]:
    return os.environ | {
        "HOME": str(place),
        "XDG_DATA_HOME": str(place / "share"),
        "NUTGRAF_FETCH__ALLOW_PRIVATE": f'["{press.allowance}"]',
        "NUTGRAF_SERVER__PORT": str(port),
    }


def as_run(command: str, place: Path, press: Press) -> list[str]:
    """The command with example addresses turned into the sample press, and our scripts found from anywhere."""
    article = f"{press.base_url}/harbour-post/"
    command = command.replace("https://example.org/feed.xml", press.feed_urls[0])
    command = command.replace("https://example.org/news/1", first_article(press) if "news/1" in command else article)
    words = [word.partition("=") for word in shlex.split(command)]
    while words and words[0][1] and words[0][0].isupper():  # VARIABLE=value before the command
        words.pop(0)
    line = ["".join(word) for word in words]
    if line[0] in ("./run", "./test") or line[0].startswith((".venv/", "tools/")):
        line[0] = str(ROOT / line[0])
    return [str(place / word[2:]) if word.startswith("~/") else word for word in line]


def first_article(press: Press) -> str:
    links = re.findall(r"<link>([^<]+)</link>", httpx.get(press.feed_urls[0]).text)
    return str(links[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_pages_hold_commands() -> None:
    assert {"./run", "./run doctor"} <= set(COMMANDS)
    assert any("NUTGRAF_" in command for command in COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_command(command: str, place: Path, press: Press) -> None:
    if shutil.which("bash") is None:
        pytest.skip("the scripts need bash")
    port = free_port()
    line = as_run(command, place, press)
    env = environment(place, press, port)
    for needed in NEEDED_FIRST.get(command, []):
        subprocess.run(as_run(needed, place, press), cwd=place, env=env, capture_output=True, timeout=120, check=True)
    is_server = command in SERVERS or command.endswith("./run serve")
    if not is_server:
        done = subprocess.run(line, cwd=place, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return
    server = subprocess.Popen(line, cwd=place, env=env, stderr=subprocess.PIPE, text=True)
    try:
        assert answers(f"http://127.0.0.1:{port}/healthz", server), "the server did not come up"
    finally:
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=30)
    assert server.returncode == 0, errors


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_python_of_a_page_runs_from_top_to_bottom(
    page: Path, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = re.findall(r"^( *)```python\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(place)
    names: dict[str, object] = {"__name__": page.stem}
    for _, block in blocks:
        exec(compile(textwrap.dedent(block), str(page), "exec"), names)
    assert capsys.readouterr().out or not blocks


def answers(url: str, server: subprocess.Popen[str], within_s: float = 60.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return httpx.get(url, timeout=5).status_code == 200
        except httpx.TransportError:
            time.sleep(0.1)
    return False


@pytest.mark.parametrize("name", ["commands_page", "settings_page", "taxonomy_page"])
def test_reference_pages_are_those_of_the_code(name: str) -> None:
    # In a program of its own: click keeps a command's help option as whoever asked first had it, also another test.
    code = f"import sys, {name} as page; sys.stdout.buffer.write(page.{name}().encode())"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "tools", capture_output=True, check=True).stdout
    stored = ROOT / "docs" / "reference" / f"{name.removesuffix('_page')}.md"
    assert made == stored.read_bytes(), f"run .venv/bin/python tools/{name}.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not missing

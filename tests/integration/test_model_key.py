"""A canary in the place of the key: all that can fail is made to, then everything that is kept or shown is searched."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
import structlog

from fakes import FakeClock
from nutgraf.adapters.store import open_store
from nutgraf.domain.model import ModelRequest
from nutgraf.errors import ModelError
from nutgraf.model_wiring import make_language_model
from nutgraf.settings import load_settings
from sample_site.site import make_sample_site
from sample_site.visitor import Visitor
from scripted_model import Asked, Flood, HangUp, Raw, Reply, Say, Silence, Status, scripted_model

CANARY = "sk-canary-6c1f0b7d94e24a55"
PIECES = [CANARY[at : at + 12] for at in range(3, len(CANARY) - 12)]
SCHEMA = {"type": "object", "properties": {"dek": {"type": "string"}}, "required": ["dek"]}
ECHO = json.dumps(
    {"error": {"message": f"Incorrect API key provided: {CANARY}", "code": CANARY, "type": CANARY}}
).encode()
REPLIES: list[Reply] = [
    *(Status(status, body=ECHO) for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)),
    Status(302, headers={"Location": f"http://127.0.0.1:9/?key={CANARY}"}),
    Raw(ECHO),
    Raw(CANARY.encode()),
    Flood(),
    HangUp(),
    HangUp(after_bytes=9),
    Silence(),
    Say("", finish="refused"),
    Say(""),
]


def assert_no_canary(text: str, where: str) -> None:
    found = [piece for piece in PIECES if piece in text]
    assert not found, f"{where} holds the key"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("NUTGRAF_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NUTGRAF_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NUTGRAF_MODEL__NAME", "small")
    monkeypatch.setenv("NUTGRAF_MODEL__KEY", CANARY)
    monkeypatch.setenv("NUTGRAF_MODEL__TIMEOUT_S", "1")
    return tmp_path


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai-compatible", "small"),
        ("openai", "small"),
        ("anthropic", "claude-sonnet-4-6"),
        ("google", "gemini-2.5-pro"),
    ],
)
def test_no_error_and_no_log_holds_the_key(
    provider: str,
    model: str,
    environment: Path,
    migrated_sqlite: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NUTGRAF_MODEL__PROVIDER", provider)
    monkeypatch.setenv("NUTGRAF_MODEL__NAME", model)
    caplog.set_level(logging.DEBUG)  # of every package beneath
    logged: list[str] = []
    sent: list[Asked] = []
    (environment / "nutgraf.db").write_bytes(migrated_sqlite.read_bytes())
    store = open_store(f"sqlite:///{environment / 'nutgraf.db'}")

    async def provoke(url: str) -> None:
        monkeypatch.setenv("NUTGRAF_MODEL__URL", url)
        model = make_language_model(load_settings(), store=store, clock=FakeClock())
        try:
            await model.complete(ModelRequest(system="s", prompt="p", schema=SCHEMA))
        except ModelError as error:
            logged.append("".join(traceback.format_exception(error)))
            logged.append(repr(error.__dict__))
        logged.append(repr(model) + repr(vars(model)))
        await model.close()

    with structlog.testing.capture_logs() as structured:
        for reply in REPLIES:
            with scripted_model(reply) as server:
                asyncio.run(provoke(server.url if "openai" in provider else server.root_url))
                sent += server.requests
    store.close()
    assert_no_canary((environment / "nutgraf.db").read_bytes().decode("latin-1"), "the ledger")
    assert CANARY in json.dumps([asked.headers for asked in sent])  # it did reach the host
    assert CANARY not in json.dumps([asked.body for asked in sent])  # in its header only
    assert len(logged) > len(REPLIES)
    assert_no_canary("\n".join(logged), "an error")
    assert_no_canary(repr(structured), "the log")
    assert_no_canary(caplog.text, "a package's log")
    printed = capfd.readouterr()
    assert_no_canary(printed.out + printed.err, "what was printed")


def run(*arguments: str, **environment: str) -> str:
    """What a command printed on either way."""
    command = [sys.executable, "-m", "nutgraf", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def test_no_command_page_or_file_shows_the_key(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (environment / "text.txt").write_text(
        "The council approved a tram line on Monday. It will cost 48 million crowns.\n" * 3
    )
    noisy = {"NUTGRAF_LOG__LEVEL": "debug", "OPENAI_LOG": "debug"}
    with scripted_model(*REPLIES[:3]) as server:
        monkeypatch.setenv("NUTGRAF_MODEL__URL", server.url)
        shown = run("doctor", **noisy)
        assert "does not accept" in shown or "refused the request" in shown
        shown += run("settings", **noisy) + run("settings", "--json", **noisy)
        shown += run("brief", str(environment / "text.txt"), "--json", **noisy)
        shown += run("export", **noisy)
        assert server.requests
        assert "model.key = **********  [environment]" in shown
    assert_no_canary(shown, "a command")
    for file in environment.rglob("*"):
        if file.is_file():
            assert_no_canary(file.read_bytes().decode("latin-1"), file.name)


def test_no_page_of_the_desk_shows_the_key(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUTGRAF_MODEL__PROVIDER", "ollama")
    site = make_sample_site(environment)
    try:
        pages = {
            path: Visitor(site.app).get(path).text
            for path in ("/", "/desk", "/desk/settings", "/desk/log", "/desk/about")
        }
    finally:
        site.store.close()
    assert "model.key" in pages["/desk/settings"]
    for path, page in pages.items():
        assert_no_canary(page, path)

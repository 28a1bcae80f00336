"""The command as its users call it: a process, its output, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loopback_press import Press, running_press

TEXT = """Easterby gets a tram line

The council of Easterby approved a new tram line on Monday after two years of debate, by 31 votes to 20.

The line will cost 48 million crowns and open in four years, said Mara Lindqvist, the city’s transport director. The
state will pay two thirds of it.

Residents of the harbour quarter had asked for the line since the ferry closed in 2021. A petition gathered 6,400
signatures.

Jon Tveit, who leads the opposition, said the money should go to buses. “A bus could run tomorrow,” he told the council.

The first tracks will be laid in spring, when the bridge at Lower Quay is closed for repair.
"""


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with running_press() as running:
        yield running


@pytest.fixture
def environment(tmp_path: Path, press: Press) -> dict[str, str]:
    return os.environ | {
        "NUTGRAF_DATA_DIR": str(tmp_path / "data"),
        "NUTGRAF_FETCH__ALLOW_PRIVATE": f'["{press.allowance}"]',
        "NUTGRAF_WORK__PROCESSES": "1",
    }


def nutgraf(environment: dict[str, str], *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nutgraf", *words],
        env=environment, input=given, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def article_url(press: Press) -> str:
    entry = httpx.get(f"{press.base_url}/fieldnote/feed.json").json()["items"][0]
    return str(entry["url"])


def test_help_names_every_command_and_shows_examples(environment: dict[str, str]) -> None:
    done = nutgraf(environment, "--help")
    assert done.returncode == 0
    for word in ("add", "brief", "demo", "doctor", "export", "import", "poll", "serve", "Examples:", "Exit codes:"):
        assert word in done.stdout


def test_a_text_on_standard_input_becomes_a_brief(environment: dict[str, str]) -> None:
    done = nutgraf(environment, "brief", "-", given=TEXT)
    assert done.returncode == 0, done.stderr
    assert "EASTERBY GETS A TRAM LINE" in done.stdout
    assert "What happened" in done.stdout
    assert "sentences traced" in done.stdout


def test_a_page_file_becomes_json_with_evidence(environment: dict[str, str], tmp_path: Path) -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT.split("\n\n")[1:])
    page = tmp_path / "page.html"
    page.write_text(
        f"<!doctype html><html lang=en><title>Tram</title><article><h1>Tram line</h1>{body}</article></html>"
    )
    done = nutgraf(environment, "brief", str(page), "--url", "https://gazette.example/tram", "--json")
    assert done.returncode == 0, done.stderr
    brief = json.loads(done.stdout)
    assert brief["url"] == "https://gazette.example/tram"
    sentences = [brief["dek"], *brief["what_happened"], *brief["takeaways"]]
    assert all(sentence["evidence"] for sentence in sentences if sentence)
    assert all(sentence["verdict"] in ("supported", "weak") for sentence in sentences if sentence)


def test_an_address_is_fetched_and_briefed(environment: dict[str, str], press: Press) -> None:
    done = nutgraf(environment, "brief", article_url(press), "--markdown")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# ")
    assert "Read the full article on Fieldnote" in done.stdout


@pytest.mark.parametrize(
    ("words", "given", "code", "word"),
    [
        (["brief"], "", 2, "Missing argument"),
        (["brief", "-", "--json", "--markdown"], TEXT, 2, "exclude"),
        (["brief", "/no/such/file"], "", 3, "unreadable"),
        (["brief", "http://127.0.0.1:1/x"], "", 4, "blocked_url"),
        (["brief", "http://10.0.0.1/x"], "", 4, "blocked_address"),
        (["brief", "-"], "   ", 6, "empty"),
        (["brief", "-"], "<html><body><nav>Home</nav></body></html>", 6, "["),
        (["add", "ftp://example.org/feed"], "", 3, "bad_address"),
        (["import", "-"], "no opml at all", 5, "["),
        (["export", "--topic", "no-such-topic"], "", 0, ""),
        (["nonsense"], "", 2, "No such command"),
    ],
)
def test_exit_codes_tell_kinds_of_errors(
    environment: dict[str, str], words: list[str], given: str, code: int, word: str
) -> None:
    done = nutgraf(environment, *words, given=given)
    assert done.returncode == code, done.stdout + done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_add_poll_and_export(environment: dict[str, str], press: Press) -> None:
    added = nutgraf(environment, "add", f"{press.base_url}/fieldnote/")
    assert added.returncode == 0, added.stderr
    assert "taking the feed it declares" in added.stdout
    assert "Subscribed to Fieldnote: 5 articles" in added.stdout
    again = nutgraf(environment, "add", f"{press.base_url}/fieldnote/feed.json")
    assert again.returncode == 8
    assert "conflict" in again.stderr

    polled = nutgraf(environment, "poll")
    assert polled.returncode == 0, polled.stderr
    assert "5 briefs written" in polled.stdout

    lines = nutgraf(environment, "export").stdout.splitlines()
    assert len(lines) == 5
    assert {json.loads(line)["publisher"] for line in lines} == {"Fieldnote"}
    markdown = nutgraf(environment, "export", "--format", "markdown", "--publisher", "fieldnote").stdout
    assert markdown.count("Read the full article on Fieldnote") == 5


def test_a_settings_fault_is_one_line(environment: dict[str, str]) -> None:
    done = nutgraf(environment | {"NUTGRAF_SERVER__PORT": "x"}, "serve")
    assert done.returncode == 3
    assert "server.port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_serving_the_world_without_a_login_is_refused(environment: dict[str, str]) -> None:
    done = nutgraf(environment, "serve", "--host", "0.0.0.0")
    assert done.returncode == 3
    assert "unprotected" in done.stderr


def test_serving_the_world_asks_for_https(environment: dict[str, str]) -> None:
    refused = nutgraf(environment | {"NUTGRAF_SERVER__PUBLIC_URL": "http://news.example"}, "serve")
    assert refused.returncode == 3
    assert "https://" in refused.stderr


def test_readers_come_in_by_links_from_the_terminal(environment: dict[str, str]) -> None:
    environment = environment | {"NUTGRAF_SERVER__PUBLIC_URL": "https://news.example"}
    assert nutgraf(environment, "readers", "invite").stdout.startswith("https://news.example/welcome/")
    assert nutgraf(environment, "readers", "reset", "reader").stdout.startswith("https://news.example/welcome/")
    [reader] = json.loads(nutgraf(environment, "readers", "list", "--json").stdout)
    assert (reader["role"], reader["has_password"]) == ("operator", False)
    alone = nutgraf(environment, "readers", "disable", "reader")
    assert alone.returncode == 8
    assert "only operator" in alone.stderr
    assert nutgraf(environment, "readers", "reset", "nobody").returncode == 8


def test_doctor_finds_this_installation_well(environment: dict[str, str]) -> None:
    done = nutgraf(environment, "doctor", "--json")
    assert done.returncode == 0, done.stdout
    checks = {check["name"]: check["ok"] for check in json.loads(done.stdout)}
    assert checks
    assert all(checks.values())


def test_doctor_says_what_is_wrong(environment: dict[str, str], tmp_path: Path) -> None:
    taxonomy = tmp_path / "topics.toml"
    taxonomy.write_text("[[topic]]\nslug = 'x'\n")
    done = nutgraf(environment | {"NUTGRAF_TOPICS__TAXONOMY": str(taxonomy)}, "doctor")
    assert done.returncode == 3
    assert "✗ Topics" in done.stdout


@pytest.mark.parametrize("command", [("poll",), ("brief", "-"), ("serve",)])
def test_a_mistake_in_the_taxonomy_is_told_before_any_work(
    environment: dict[str, str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    taxonomy = tmp_path / "topics.toml"
    taxonomy.write_text("[[topic]]\nslug = 'x'\n")
    done = nutgraf(environment | {"NUTGRAF_TOPICS__TAXONOMY": str(taxonomy)}, *command)
    assert done.returncode == 3
    assert "topics.toml, line 1, topic “x”: “name” is missing" in done.stderr
    assert "Traceback" not in done.stderr

"""Archives are briefed whole, once, whatever is in them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from loopback_press import running_press
from nutgraf.adapters.archive import open_archive
from nutgraf.adapters.store import open_store
from nutgraf.cli import backfill_command
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.records import BriefQuery
from nutgraf.errors import ConfigError

PARAGRAPHS = (
    "The council of {town} approved a new tram line on Monday after two years of debate, by 31 votes to 20.",
    "The line in {town} will cost 48 million crowns and open in four years, said Mara Lindqvist, who plans it.",
    "Residents of the harbour quarter of {town} had asked for the line since the ferry closed in 2021.",
    "The first tracks will be laid in spring, when the bridge at Lower Quay in {town} is closed for repair.",
)


def make_page(town: str, *, extra: str = "") -> bytes:
    """An article about this town; `extra` goes into the head."""
    body = "".join(f"<p>{paragraph.format(town=town)}</p>" for paragraph in PARAGRAPHS)
    title = f"{town} gets a tram line"
    head = f"<!doctype html><html lang=en><head><title>{title}</title>{extra}</head>"
    return f"{head}<article><h1>{title}</h1>{body}</article></html>".encode()


def write_warc(file: Path, pages: dict[str, tuple[str, str, bytes]]) -> Path:
    """A WARC file of answers: by address their status line, their type and their body."""
    with file.open("wb") as opened:
        writer = WARCWriter(opened, gzip=file.suffix == ".gz")
        for url, (status, kind, body) in pages.items():
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            warc_headers = {"WARC-Date": "2024-05-02T10:00:00Z"}
            record = writer.create_warc_record(
                url, "response", payload=BytesIO(body), http_headers=headers, warc_headers_dict=warc_headers
            )
            writer.write_record(record)
    return file


def run(archive: Path, data: Path) -> Result:
    return CliRunner().invoke(
        backfill_command.command, [str(archive), "--quiet", "--data", str(data)], catch_exceptions=False
    )


def briefs_of(data: Path) -> dict[str, str]:
    """When each brief is listed, by headline."""
    store = open_store(f"sqlite:///{data / 'nutgraf.db'}")
    try:
        cards = store.list_briefs(BriefQuery(limit=100), reader_id=DEFAULT_READER)
        return {card.headline: card.sort_key for card in cards}
    finally:
        store.close()


@pytest.mark.slow
def test_a_warc_is_briefed_once(tmp_path: Path) -> None:
    towns = ("Easterby", "Northmoor", "Saltholm")
    pages = {f"https://press.example/{town}": ("200 OK", "text/html", make_page(town)) for town in towns}
    pages |= {
        "https://press.example/gone": ("404 Not Found", "text/html", make_page("Lost")),
        "https://press.example/logo": ("200 OK", "image/png", b"x" * 500),
        "https://press.example/nothing": ("200 OK", "text/html", b"<p>Too short.</p>"),
        "javascript:alert(1)": ("200 OK", "text/html", make_page("Script")),
    }
    archive = write_warc(tmp_path / "news.warc.gz", pages)
    data = tmp_path / "data"
    assert run(archive, data).exit_code == 0
    first = briefs_of(data)
    assert set(first) == {f"{town} gets a tram line" for town in towns}
    assert all(key.startswith("1714644000000000_") for key in first.values()), "the archive's time"
    assert run(archive, data).exit_code == 0
    assert briefs_of(data) == first


@pytest.mark.slow
def test_a_folder_and_a_list_are_briefed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = tmp_path / "pages" / "deep"
    pages.mkdir(parents=True)
    link = '<link rel="canonical" href="https://press.example/saved?a=1&amp;b=2">'
    (pages / "saved.html").write_bytes(make_page("Easterby", extra=link))
    (pages / "without-address.html").write_bytes(make_page("Northmoor"))
    (pages / "notes.txt").write_text("not a page")
    data = tmp_path / "data"
    assert run(tmp_path / "pages", data).exit_code == 0
    assert set(briefs_of(data)) == {"Easterby gets a tram line"}
    with running_press() as press:
        monkeypatch.setenv("NUTGRAF_FETCH__ALLOW_PRIVATE", f'["{press.allowance}"]')
        url = httpx.get(f"{press.base_url}/fieldnote/feed.json").json()["items"][0]["url"]
        (tmp_path / "addresses.txt").write_text(f"# mine\n{url}\n\nnot an address\n{url}\n")
        assert run(tmp_path / "addresses.txt", data).exit_code == 0
    assert len(briefs_of(data)) == 2


def captures_of(path: Path, *, max_body_bytes: int = 100_000) -> list[str]:
    return [capture.url for capture in open_archive(path, max_body_bytes=max_body_bytes).captures()]


def test_a_page_beyond_the_limit_is_passed_over(tmp_path: Path) -> None:
    bomb = b"<p>" + b"a" * 5_000_000
    archive = write_warc(
        tmp_path / "news.warc.gz",
        {
            "https://press.example/bomb": ("200 OK", "text/html", bomb),
            "https://press.example/a": ("200 OK", "text/html", make_page("Easterby")),
        },
    )
    opened = open_archive(archive, max_body_bytes=100_000)
    assert [capture.url for capture in opened.captures()] == ["https://press.example/a"]
    assert (opened.skipped, opened.done_bytes) == (1, opened.size_bytes)


@pytest.mark.parametrize("damage", ["cut", "noise"])
def test_a_damaged_archive_gives_what_comes_before_and_then_an_error(tmp_path: Path, damage: str) -> None:
    pages = {f"https://press.example/{town}": ("200 OK", "text/html", make_page(town)) for town in ("A", "B", "C")}
    archive = write_warc(tmp_path / ("news.warc" if damage == "cut" else "news.warc.gz"), pages)
    data = archive.read_bytes()
    archive.write_bytes(data[: len(data) * 5 // 6] if damage == "cut" else data + b"\x00noise" * 100)
    found: list[str] = []
    with pytest.raises(ConfigError) as refused:
        found.extend(capture.url for capture in open_archive(archive, max_body_bytes=100_000).captures())
    assert refused.value.code == "bad_archive"
    assert found == sorted(pages)[: 2 if damage == "cut" else 3]


def test_what_is_not_there_or_empty_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "missing.warc", tmp_path / "empty"):
        with pytest.raises(ConfigError) as refused:
            open_archive(path, max_body_bytes=1_000)
        assert refused.value.code == "bad_archive"

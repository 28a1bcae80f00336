"""What is kept of the log in memory, and that no secret is."""

from __future__ import annotations

import pytest

from nutgraf.adapters.recent_log import KEPT_ENTRIES, MAX_FIELD_CHARS, MAX_FIELDS, RecentLog
from nutgraf.text.secrets import mask_secrets


def test_the_last_warnings_and_errors_are_kept() -> None:
    log = RecentLog()
    for number in range(KEPT_ENTRIES + 20):
        event = {"event": "poll_failed", "level": "warning", "number": number}
        assert log(None, "warning", event) is event
        log(None, "info", {"event": "article_done", "level": "info"})
    entries = log.entries()
    assert len(entries) == KEPT_ENTRIES
    assert (entries[0].event, entries[0].fields) == ("poll_failed", (("number", "119"),))
    assert entries[-1].fields == (("number", "20"),)


def test_an_entry_is_bounded_and_without_secrets() -> None:
    log = RecentLog()
    fields = {f"f{number}": "x" * 50_000 for number in range(40)}
    log(None, "error", {"event": "fetch_failed", "feed": "https://a.example/f?token=tide&x=1", **fields})
    (entry,) = log.entries()
    assert entry.fields[0] == ("feed", "https://a.example/f?token=***&x=1")
    assert len(entry.fields) == MAX_FIELDS
    assert all(len(value) <= MAX_FIELD_CHARS for _, value in entry.fields)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://ada:se:cr@et@db.example:5432/news", "postgresql://ada:***@db.example:5432/news"),
        ("postgresql://ada:p/w?x@db.example/news", "postgresql://ada:***@db.example/news"),
        ("postgresql+psycopg://ada:pw@/news?host=/run", "postgresql+psycopg://ada:***@/news?host=/run"),
        ("postgresql://db/news?user=ada&password=pw&x=1", "postgresql://db/news?user=ada&password=***&x=1"),
        ("https://a.example/f?access_token=abc", "https://a.example/f?access_token=***"),
        ("https://a.example:8080/a@b", "https://a.example:8080/a@b"),
        ("sqlite:////var/lib/nutgraf.db", "sqlite:////var/lib/nutgraf.db"),
    ],
)
def test_secrets_are_masked(text: str, shown: str) -> None:
    assert mask_secrets(text) == shown

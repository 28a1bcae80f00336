"""What is printed of a log entry."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from nutgraf.adapters.log_output import MAX_LIST_ITEMS, MAX_TRACEBACK_CHARS, MAX_VALUE_CHARS, configure_log
from nutgraf.domain.ids import ArticleId, FeedId
from nutgraf.domain.records import PollChange
from nutgraf.pipeline.item_trail import about_feed, log_poll


@pytest.fixture(autouse=True)
def configured_again() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_line_for_people_has_the_ids_of_the_item(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log(level_name="info", as_json=False)
    change = PollChange(
        1, 1, found=((ArticleId(12), "https://press.example/12?key=abc"),), announced_again=(ArticleId(3),)
    )
    with about_feed(FeedId(7)):
        log_poll("https://press.example/feed", change)
        log_poll("https://press.example/feed", PollChange())
    polled, found, again = capsys.readouterr().err.splitlines()
    assert "feed_polled" in polled
    assert {"article_found", "article=a12", "feed=f7"} <= set(found.split())
    assert "https://press.example/12?key=***" in found
    assert {"article_announced_again", "article=a3", "feed=f7"} <= set(again.split())


@pytest.mark.parametrize("as_json", [False, True])
def test_hostile_values_stay_on_their_line_and_bounded(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure_log(level_name="info", as_json=as_json)
    log = structlog.get_logger("test")
    log.warning("poll_failed", error="no\n2026-01-01 [error] forged \x1b[2J" + "x" * 10_000, items=["a1"] * 1_000)
    (line,) = capsys.readouterr().err.splitlines()
    assert "\x1b[2J" not in line
    assert "poll_failed" in line
    assert len(line) < MAX_VALUE_CHARS + 10 * MAX_LIST_ITEMS
    if as_json:
        assert json.loads(line)["items"] == ["a1"] * MAX_LIST_ITEMS


def test_a_traceback_keeps_its_end_and_no_password(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log(level_name="info", as_json=True)
    try:
        raise ValueError("x" * 30_000 + " postgresql://nutgraf:hunter2@db/nutgraf")
    except ValueError:
        structlog.get_logger("test").exception("step_broke")
    shown = json.loads(capsys.readouterr().err)["exception"]
    assert len(shown) <= MAX_TRACEBACK_CHARS
    assert shown.endswith("postgresql://nutgraf:***@db/nutgraf")

"""The schedule is arithmetic: what is known of a feed decides when it is polled again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.pipeline import schedule
from nutgraf.pipeline.schedule import IntervalLimits

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LIMITS = IntervalLimits(min_interval_s=1_800, max_interval_s=86_400)


def hours_ago(*hours: float) -> list[datetime]:
    return [NOW - timedelta(hours=h) for h in hours]


def test_interval_is_half_of_the_typical_gap() -> None:
    assert schedule.interval_for(LIMITS, entry_times=hours_ago(0, 4, 8, 12), now=NOW) == 2 * 3_600


def test_a_busy_feed_is_not_polled_more_often_than_the_limit() -> None:
    assert schedule.interval_for(LIMITS, entry_times=hours_ago(0, 0.1, 0.2, 0.3), now=NOW) == 1_800


def test_silence_since_the_newest_entry_counts() -> None:
    busy_then_silent = hours_ago(40, 41, 42, 43)
    assert schedule.interval_for(LIMITS, entry_times=busy_then_silent, now=NOW) == 10 * 3_600


@pytest.mark.parametrize(("wish", "expected"), [({"ttl_s": 7_200}, 7_200), ({"max_age_s": 999_999}, 86_400)])
def test_publishers_wishes_are_honoured_up_to_a_day(wish: dict[str, int], expected: int) -> None:
    assert schedule.interval_for(LIMITS, entry_times=hours_ago(0, 1, 2), now=NOW, **wish) == expected


def test_a_feed_without_news_drifts_towards_the_longest_interval() -> None:
    interval_s = 1_800
    for _ in range(20):
        interval_s = schedule.interval_for(LIMITS, entry_times=(), now=NOW, previous_interval_s=interval_s)
    assert interval_s == 86_400


def test_failures_back_off_doubling_and_heed_retry_after() -> None:
    waits = [schedule.interval_after_failure(LIMITS, failures=n) for n in (1, 2, 3, 30)]
    assert waits == [1_800, 3_600, 7_200, 86_400]
    assert schedule.interval_after_failure(LIMITS, failures=1, retry_after_s=60) == 1_800
    assert schedule.interval_after_failure(LIMITS, failures=1, retry_after_s=5_000.4) == 5_001
    assert schedule.interval_after_failure(LIMITS, failures=1, retry_after_s=1e9) == 86_400


@given(st.integers(60, 86_400), st.text(min_size=1))
def test_a_poll_is_never_early_and_at_most_a_tenth_late(interval_s: int, key: str) -> None:
    wait_s = (schedule.poll_moment(NOW, interval_s, key=key) - NOW).total_seconds()
    assert interval_s <= wait_s <= interval_s * 1.1 + 1


def test_article_retries_spread_and_grow() -> None:
    waits = [
        (schedule.article_retry_moment(NOW, attempts=n, key="a") - NOW).total_seconds()
        for n in range(1, schedule.FETCH_ATTEMPTS)
    ]
    assert 120 <= waits[0] < waits[1] < waits[2] < waits[3] < waits[4] == waits[-1]
    assert 20 * 3_600 <= sum(waits) <= 28 * 3_600, "a host that is down for most of a day loses nothing"


def test_an_article_waits_as_long_as_the_server_or_the_breaker_asks() -> None:
    def wait_s(asked_s: float) -> float:
        return (schedule.article_retry_moment(NOW, attempts=1, key="a", retry_after_s=asked_s) - NOW).total_seconds()

    assert 3_600 <= wait_s(3_600) <= 3_960
    assert 86_400 <= wait_s(1e9) <= 95_040


@pytest.mark.parametrize(
    ("published_at", "expected"),
    [
        (None, None),
        (NOW + timedelta(days=3), NOW),
        (datetime(1970, 1, 1, tzinfo=UTC), None),
        (NOW - timedelta(days=1), NOW - timedelta(days=1)),
    ],
)
def test_publication_times_are_clamped(published_at: datetime | None, expected: datetime | None) -> None:
    assert schedule.clamp_published(published_at, NOW) == expected

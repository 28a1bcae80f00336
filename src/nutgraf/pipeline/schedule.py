"""When to poll a feed again and when to try an article again; pure arithmetic on what is known.

The polling interval follows the feed's own rhythm: about half of the typical gap between its entries, within the
limits of the settings, never sooner than the publisher asks for (RSS ttl, Cache-Control: max-age).
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PUSHED_INTERVAL_S = 6 * 3_600
_RHYTHM_ENTRIES = 20
_JITTER_SHARE = 0.1

FETCH_ATTEMPTS = 8
"""Tries to fetch an article before it is set aside: with the waits between them about a day."""
STEP_ATTEMPTS = 4
"""Tries of any other step: what broke a stage process four times is not cured by waiting."""
_ARTICLE_RETRY_BASE_S = 120
_ARTICLE_RETRY_LONGEST_S = 6 * 3_600


@dataclass(frozen=True, slots=True)
class IntervalLimits:
    """Shortest and longest time between two polls of a feed, in seconds."""

    min_interval_s: int = 1_800
    max_interval_s: int = 86_400

    def with_shortest(self, min_interval_s: int) -> IntervalLimits:
        """These limits with another shortest time, which the longest gives way to."""
        return IntervalLimits(min_interval_s, max(min_interval_s, self.max_interval_s))

    def clamp(self, seconds: float) -> int:
        """`seconds` moved into the limits."""
        return round(min(max(seconds, self.min_interval_s), self.max_interval_s))


def interval_for(
    limits: IntervalLimits,
    *,
    entry_times: Iterable[datetime | None],
    now: datetime,
    previous_interval_s: int = 0,
    ttl_s: int | None = None,
    max_age_s: int | None = None,
    is_pushed: bool = False,
) -> int:
    """Seconds until the next poll after a successful one.

    Without dated entries (or after a 304, where none are passed) the previous interval grows by half, so that a
    silent feed drifts towards the longest interval. `ttl_s` and `max_age_s` are the publisher's wishes, honoured up
    to the longest interval. A feed of which a hub tells us (`is_pushed`) is still polled now and then, since hubs
    forget.
    """
    gap_s = _typical_gap_s(entry_times, now)
    if gap_s is not None:
        wanted = gap_s / 2
    elif previous_interval_s:
        wanted = previous_interval_s * 1.5
    else:
        wanted = limits.min_interval_s
    if is_pushed:
        wanted = max(wanted, PUSHED_INTERVAL_S)
    return limits.clamp(max(wanted, ttl_s or 0, max_age_s or 0))


def _typical_gap_s(entry_times: Iterable[datetime | None], now: datetime) -> float | None:
    """Median gap between the newest entries; the silence since the newest one counts as a gap where it is longer."""
    times = sorted((t for t in entry_times if t is not None and t <= now), reverse=True)[:_RHYTHM_ENTRIES]
    if len(times) < 2:
        return None
    gaps = sorted((a - b).total_seconds() for a, b in itertools.pairwise(times))
    silence_s = (now - times[0]).total_seconds()
    return max(gaps[len(gaps) // 2], silence_s / 2)


def interval_after_failure(limits: IntervalLimits, *, failures: int, retry_after_s: float | None = None) -> int:
    """Seconds until the next poll after failure number `failures` (from 1): doubling, within the limits.

    The server's own Retry-After counts where it is longer, up to a day.
    """
    backoff_s = limits.clamp(limits.min_interval_s * 2.0 ** min(failures - 1, 16))
    return math.ceil(max(backoff_s, min(retry_after_s or 0.0, 86_400)))


def poll_moment(now: datetime, interval_s: int, *, key: str) -> datetime:
    """`now` plus the interval plus up to a tenth of it, fixed by `key`: feeds spread out and never come early."""
    return now + timedelta(seconds=interval_s * (1 + _JITTER_SHARE * _fraction(key)))


def article_retry_moment(now: datetime, *, attempts: int, key: str, retry_after_s: float | None = None) -> datetime:
    """When to try an article's step again after `attempts` failures (from 1), spread by `key`.

    2, 8, 32 and 128 minutes, then every six hours; later where `retry_after_s` says so, up to a day.
    """
    backoff_s = min(_ARTICLE_RETRY_BASE_S * 4.0 ** min(attempts - 1, 8), _ARTICLE_RETRY_LONGEST_S)
    wait_s = max(backoff_s, retry_after_s or 0.0)
    return now + timedelta(seconds=min(wait_s, 86_400) * (1 + _JITTER_SHARE * _fraction(key)))


def clamp_published(published_at: datetime | None, now: datetime) -> datetime | None:
    """A publication time that is not in the future and not before 1990; None where it is not to be believed."""
    if published_at is None or published_at.year < 1990:
        return None
    return min(published_at.astimezone(UTC), now)


def _fraction(key: str) -> float:
    """0..1 from a text, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest()) / 0xFFFF_FFFF

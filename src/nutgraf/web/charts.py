"""Small charts as SVG, laid out on the server: bars over time, with words for who cannot see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from nutgraf.domain.ledger import Ledger
from nutgraf.domain.spending import Costs
from nutgraf.web.wording import chart_day

WIDTH = 300
HEIGHT = 64
MAX_BARS = 60
"""More days than this are drawn by week."""
DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in the units of the drawing, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from `first` to `last`, the highest HEIGHT units high; `words` says the same in one sentence."""

    title: str
    total: int
    total_words: str
    peak: int
    bars: tuple[Bar, ...]
    words: str
    first: str
    last: str


def draw_bars(
    title: str,
    period: Ledger | Days | Costs,
    values: Mapping[date, int],
    *,
    words: Callable[[int], str] = "{:,}".format,
) -> Chart:
    """The values of each day of the time, of each week where there are more than MAX_BARS; days without one are 0.

    `words` says a value.
    """
    day_count = (period.last - period.first).days + 1
    step = 1 if day_count <= MAX_BARS else DAYS_PER_WEEK
    starts = [period.last - timedelta(days=offset + step - 1) for offset in range(0, day_count, step)][::-1]
    sums = [sum(values.get(start + timedelta(days=offset), 0) for offset in range(step)) for start in starts]
    peak = max(sums)
    room = WIDTH / len(starts)
    bars = tuple(
        _bar(number * room, room, value, peak, f"{'Week from ' if step > 1 else ''}{chart_day(start)}: {words(value)}")
        for number, (start, value) in enumerate(zip(starts, sums, strict=True))
        if value
    )
    return Chart(
        title=title,
        total=sum(sums),
        total_words=words(sum(sums)),
        peak=peak,
        bars=bars,
        words=_words(starts, sums, step, words),
        first=chart_day(period.first),
        last=chart_day(period.last),
    )


def draw_rhythm(
    title: str, now: datetime, day_count: int, count: Callable[[Sequence[date]], Mapping[date, int]]
) -> Chart | None:
    """What `count` counts of the last days up to today (UTC), by day; None where there is nothing to draw."""
    last = now.astimezone(UTC).date()
    days = [last - timedelta(days=ago) for ago in range(day_count)][::-1]
    counted = count(days)
    return draw_bars(title, Days(days[0], last), counted) if counted else None


def _bar(x: float, room: float, value: int, peak: int, label: str) -> Bar:
    height = max(value / peak * HEIGHT, 1.0)
    gap = min(room * 0.2, 2.0)
    return Bar(round(x + gap / 2, 2), round(HEIGHT - height, 2), round(room - gap, 2), round(height, 2), label)


def _words(starts: list[date], sums: list[int], step: int, words: Callable[[int], str]) -> str:
    peak = max(sums)
    if not peak:
        return "None in this time."
    when = starts[sums.index(peak)]
    period = "day" if step == 1 else "week"
    at = chart_day(when) if step == 1 else f"the week from {chart_day(when)}"
    return f"{words(sum(sums))} in all; the most in one {period}, {words(peak)}, on {at}.".replace(
        "on the week", "in the week"
    )

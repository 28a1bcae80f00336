"""A world of 500 feeds over a month, for the simulated test: who publishes when, and what their servers do."""

from __future__ import annotations

import bisect
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime

from fakes import FakeClock, FakeFetcher
from nutgraf.domain.document import Document, FetchRequest
from nutgraf.errors import FetchError, HTTPStatus, Timeout

DAYS = 30
FEEDS = 500
ENTRIES_SHOWN = 10
ENTRIES_SHOWN_BY_THE_FASTEST = 40
EARLIER_ENTRIES = 5
HOUR_S = 3_600.0
DAY_S = 24 * HOUR_S
SHORTEST_S = 1_800.0
LONGEST_S = DAY_S
WORLD_WIDE_OUTAGE = (12 * DAY_S, 12 * DAY_S + 3 * HOUR_S)
"""Our own connection fails: every feed does."""


@dataclass
class SimulatedFeed:
    """A publisher's feed and its server. Times are seconds since the start of the world."""

    number: int
    published_at_s: list[float]
    sends_etag: bool
    sends_last_modified: bool
    max_age_s: int | None = None
    ttl_s: int | None = None
    moves_at_s: float | None = None
    gone_at_s: float | None = None
    failing: tuple[tuple[float, float, int, float | None], ...] = ()
    """From, until, status (0: no answer), Retry-After in seconds."""
    fails_now_and_then: bool = False

    @property
    def first_url(self) -> str:
        """Where it is subscribed."""
        return f"https://press{self.number}.example/feed"

    @property
    def later_url(self) -> str:
        """Where it moves to."""
        return f"https://new{self.number}.example/feed"

    @property
    def is_healthy(self) -> bool:
        """Whether it loses no entry by its own fault."""
        return not self.failing and self.gone_at_s is None

    def entry_url(self, index: int) -> str:
        """The address, and GUID, of its entry number `index`."""
        return f"https://press{self.number}.example/news/{index}"

    def count_at(self, now_s: float) -> int:
        """Entries published by then."""
        return bisect.bisect_right(self.published_at_s, now_s)


@dataclass
class Allowance:
    """What the last stored poll of a feed allows of the next: not before when, with which validators, and where."""

    not_before_s: float = 0.0
    etag: str = ""
    last_modified: str = ""
    has_moved: bool = False
    is_gone: bool = False


@dataclass
class World(FakeFetcher):
    """The fetcher of this world; keeps the rules' own account of what each feed may be asked, and every breach."""

    clock: FakeClock
    feeds: list[SimulatedFeed]
    breaches: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__()
        self.began_at = self.clock.now()
        self.allowances = [Allowance() for _ in self.feeds]
        self._next: dict[int, Allowance] = {}
        self._random = random.Random(7)
        self._by_url = {url: feed for feed in self.feeds for url in (feed.first_url, feed.later_url)}

    @property
    def now_s(self) -> float:
        """Seconds since the start."""
        return (self.clock.now() - self.began_at).total_seconds()

    def moment(self, at_s: float) -> datetime:
        """The date of a time of this world."""
        return self.began_at + timedelta(seconds=at_s)

    def stored(self, feed: SimulatedFeed) -> None:
        """The poll that was answered last is stored; from now on its rules hold."""
        self.allowances[feed.number] = self._next.pop(feed.number)

    async def fetch(self, request: FetchRequest) -> Document:
        """Check the request against the rules, then answer as the server would."""
        feed = self._by_url[request.url]
        allowed = self.allowances[feed.number]
        self._judge(feed, allowed, request)
        self._next[feed.number] = after = Allowance(
            self.now_s + SHORTEST_S, allowed.etag, allowed.last_modified, allowed.has_moved
        )
        failure = self._failure(feed, request.url)
        if failure is not None:
            after.not_before_s += max(0.0, (getattr(failure, "retry_after_s", None) or 0.0) - SHORTEST_S)
            after.is_gone = getattr(failure, "status", 0) == 410
            self.counts["failed"] += 1
            raise failure
        self.documents[request.url] = self._document(feed, request.url)
        document = await super().fetch(request)
        self.requests.clear()  # what is worth knowing of them is counted
        wish_s = max(feed.max_age_s or 0, feed.ttl_s or 0)
        after.not_before_s = self.now_s + min(max(SHORTEST_S, wish_s), LONGEST_S)
        after.etag, after.last_modified = document.etag, document.last_modified
        after.has_moved = bool(document.moved_to) or allowed.has_moved
        self.counts["unchanged" if document.not_modified else "new"] += 1
        return document

    def _judge(self, feed: SimulatedFeed, allowed: Allowance, request: FetchRequest) -> None:
        what = f"feed {feed.number} at {self.now_s:.0f} s: "
        if self.now_s < allowed.not_before_s:
            self.breaches.append(what + f"polled {allowed.not_before_s - self.now_s:.0f} s early")
        if (request.etag, request.last_modified) != (allowed.etag, allowed.last_modified):
            self.breaches.append(what + f"conditional on {request.etag} {request.last_modified}, not {allowed}")
        if (request.url == feed.later_url) != allowed.has_moved:
            self.breaches.append(what + f"polled at {request.url}")
        if allowed.is_gone:
            self.breaches.append(what + "polled though it is gone")
        self.counts["conditional" if request.etag or request.last_modified else "unconditional"] += 1

    def _failure(self, feed: SimulatedFeed, url: str) -> FetchError | None:
        if WORLD_WIDE_OUTAGE[0] <= self.now_s < WORLD_WIDE_OUTAGE[1]:
            return FetchError("The connection to the server failed.", url=url, code="connection_failed")
        if feed.gone_at_s is not None and self.now_s >= feed.gone_at_s:
            return HTTPStatus("Gone.", status=410, url=url)
        for from_s, until_s, status, retry_after_s in feed.failing:
            if from_s <= self.now_s < until_s:
                if not status:
                    return Timeout("The server could not be connected to in time.", url=url)
                return HTTPStatus("Not now.", status=status, url=url, retry_after_s=retry_after_s)
        if feed.fails_now_and_then and self._random.random() < 0.3:
            return HTTPStatus("The server failed.", status=500, url=url)
        return None

    def _document(self, feed: SimulatedFeed, url: str) -> Document:
        count = feed.count_at(self.now_s)
        has_moved = feed.moves_at_s is not None and self.now_s >= feed.moves_at_s
        final_url = feed.later_url if has_moved else url
        last_modified = format_datetime(self.moment(feed.published_at_s[count - 1]), usegmt=True)
        return Document(
            url=url,
            final_url=final_url,
            status=200,
            body=self._rss(feed, count).encode(),
            content_type="application/rss+xml",
            etag=f'"{count}"' if feed.sends_etag else "",
            last_modified=last_modified if feed.sends_last_modified else "",
            max_age_s=feed.max_age_s,
            moved_to=final_url if final_url != url else "",
        )

    def _rss(self, feed: SimulatedFeed, count: int) -> str:
        shown = ENTRIES_SHOWN_BY_THE_FASTEST if feed.number == 0 else ENTRIES_SHOWN
        items = "".join(
            f"<item><title>News {index}</title><link>{feed.entry_url(index)}</link>"
            f"<guid>{feed.entry_url(index)}</guid>"
            f"<pubDate>{format_datetime(self.moment(feed.published_at_s[index]), usegmt=True)}</pubDate></item>"
            for index in reversed(range(max(0, count - shown), count))
        )
        ttl = f"<ttl>{feed.ttl_s // 60}</ttl>" if feed.ttl_s else ""
        home = f"https://press{feed.number}.example/"
        head = f"<title>Press {feed.number}</title><link>{home}</link><description/>{ttl}"
        return f'<rss version="2.0"><channel>{head}{items}</channel></rss>'


def make_feeds() -> list[SimulatedFeed]:
    """500 feeds, from one entry every ten minutes to none all month, with every habit and mishap among them."""
    chance = random.Random(20_260_302)
    return [_make_feed(number, chance) for number in range(FEEDS)]


def _make_feed(number: int, chance: random.Random) -> SimulatedFeed:
    rhythm_s = _rhythm_s(number, chance)
    feed = SimulatedFeed(
        number,
        _publication_times(rhythm_s, chance),
        sends_etag=number % 17 in range(8),
        sends_last_modified=number % 17 in range(5, 16),
    )
    kind = number % 25
    mishap_s = chance.uniform(DAY_S, (DAYS - 5) * DAY_S)
    match kind:
        case 1:
            feed.moves_at_s = mishap_s
        case 2:
            feed.gone_at_s = mishap_s
        case 3:
            feed.max_age_s = chance.choice([60, 6 * 3_600, 7 * 86_400])
        case 5:
            feed.ttl_s = chance.choice([60, 3 * 3_600, 20 * 3_600])
        case 7:
            feed.failing = ((mishap_s, mishap_s + 2 * DAY_S, 0, None),)
        case 9 | 10:
            retry_after_s = chance.uniform(60, DAY_S)
            feed.failing = ((mishap_s, mishap_s + DAY_S, 503 if kind == 9 else 429, retry_after_s),)
        case 12:
            feed.failing = ((mishap_s, mishap_s + 4 * DAY_S, 404, None),)
        case 13:
            feed.fails_now_and_then = rhythm_s >= DAY_S  # a feed's window outlasts a few failures
        case 14:
            feed.moves_at_s, feed.gone_at_s = mishap_s, mishap_s + 3 * DAY_S
    return feed


def _rhythm_s(number: int, chance: random.Random) -> float:
    if number == 0:
        return 600.0
    if number < 6:
        return chance.uniform(3, 6) * HOUR_S
    if number < 30:
        return chance.uniform(12, 24) * HOUR_S
    return chance.uniform(6, 40) * DAY_S if number < 480 else 1_000 * DAY_S


def _publication_times(rhythm_s: float, chance: random.Random) -> list[float]:
    times = [-rhythm_s * number for number in range(EARLIER_ENTRIES, 0, -1)]
    at_s = 0.0
    while (at_s := at_s + rhythm_s * chance.uniform(0.2, 1.8)) < DAYS * DAY_S:
        times.append(at_s)
    return times

"""The page of one feed: how it does, its rhythm, its last polls, and what the operator says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.budgets import forecast
from nutgraf.domain.desk import MAX_CATEGORY_CHARS, MAX_FEED_TITLE_CHARS, FeedOptions
from nutgraf.domain.ids import FeedId
from nutgraf.domain.records import FeedRecord, FeedState, PollSign
from nutgraf.domain.spending import ModelPolicy
from nutgraf.errors import ConfigError
from nutgraf.outputs.costs import PRICE_UNKNOWN, money
from nutgraf.web.charts import Days, draw_bars
from nutgraf.web.pages.desk_frame import render_desk
from nutgraf.web.rendering import site_of
from nutgraf.web.statuses import http_status

RHYTHM_DAYS = 28

INTERVALS = {
    0: "As the settings have it",
    300: "5 minutes",
    900: "15 minutes",
    3_600: "1 hour",
    10_800: "3 hours",
    21_600: "6 hours",
    43_200: "12 hours",
    86_400: "1 day",
    604_800: "1 week",
}
"""Choices for a feed's shortest interval, in seconds."""

POLICY_LABELS = {
    ModelPolicy.ALWAYS: "Always",
    ModelPolicy.ON_DEMAND: "On demand: a reader asks for it",
    ModelPolicy.NEVER: "Never",
}


@dataclass(frozen=True, slots=True)
class ForecastWords:
    """A forecast of a day, as the page says it."""

    articles: str
    tokens: str
    cost: str
    is_measured: bool


POLL_WORDS = {PollSign.NEWS: "brought news", PollSign.NOTHING: "brought nothing new", PollSign.FAILED: "failed"}

DONE_SENTENCES = {
    "saved": "Saved.",
    "paused": "The feed is paused. Its briefs stay.",
    "resumed": "The feed is read again.",
    "polling": "Nutgraf is looking for news in this feed now.",
}


def feed_page(request: Request) -> Response:
    """GET /feeds/{feed_id}. Raises NotFound."""
    return _page(request, _feed(request))


async def change_options(request: Request) -> Response:
    """POST /feeds/{feed_id}/options with `title`, `category` and `interval`. Raises NotFound."""
    async with request.form(max_files=0, max_fields=6) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    interval = fields.get("interval", "")
    if not interval.isascii() or not interval.isdecimal() or len(interval) > 8:
        raise HTTPException(400)
    feed = await run_in_threadpool(_feed, request)
    try:
        options = FeedOptions(fields.get("title", ""), fields.get("category", ""), int(interval))
    except ConfigError as error:
        return await run_in_threadpool(_page, request, feed, problem=error.message, status=http_status(error))
    await run_in_threadpool(site_of(request).services.store.set_feed_options, feed.id, options)
    return _back(feed, "saved")


async def change_model_policy(request: Request) -> Response:
    """POST /feeds/{feed_id}/model with `policy`: always, on_demand, never, or empty. Raises NotFound."""
    async with request.form(max_files=0, max_fields=4) as form:
        chosen = str(form.get("policy", ""))
    try:
        policy = ModelPolicy(chosen) if chosen else None
    except ValueError:
        raise HTTPException(400) from None
    feed = await run_in_threadpool(_feed, request)
    await run_in_threadpool(site_of(request).services.store.set_model_policy, feed.id, policy)
    return _back(feed, "saved")


def pause_feed(request: Request) -> Response:
    """POST /feeds/{feed_id}/pause. Raises NotFound."""
    feed = _feed(request)
    site_of(request).services.store.set_feed_state(feed.id, FeedState.PAUSED)
    return _back(feed, "paused")


def resume_feed(request: Request) -> Response:
    """POST /feeds/{feed_id}/resume: read a feed again that was paused or gone, at once. Raises NotFound."""
    services = site_of(request).services
    feed = _feed(request)
    services.store.set_feed_state(feed.id, FeedState.ACTIVE)
    services.store.poll_soon(feed.id, now=services.clock.now())
    services.wake()
    return _back(feed, "resumed")


def _page(request: Request, feed: FeedRecord, *, problem: str = "", status: int = 200) -> Response:
    services = site_of(request).services
    last = services.clock.now().astimezone(UTC).date()
    first = last - timedelta(days=RHYTHM_DAYS - 1)
    rhythm = services.store.feed_rhythm(feed.id, since=datetime(first.year, first.month, first.day, tzinfo=UTC))
    intervals = INTERVALS
    if feed.min_interval_s not in INTERVALS:  # set by the command
        intervals = INTERVALS | {feed.min_interval_s: f"{feed.min_interval_s:,} seconds"}
    return render_desk(
        request,
        "feed.html",
        status=status,
        feed=feed,
        rhythm=draw_bars("Articles by day, four weeks", Days(first, last), rhythm),
        polls=[(PollSign(sign), POLL_WORDS[PollSign(sign)]) for sign in feed.outcomes],
        intervals=intervals,
        max_title_chars=MAX_FEED_TITLE_CHARS,
        max_category_chars=MAX_CATEGORY_CHARS,
        model=services.model,
        policies=POLICY_LABELS,
        forecast=_forecast(request, feed, rhythm) if services.model else None,
        categories=sorted({known.category for known in services.store.list_feeds() if known.category}),
        problem=problem,
        done=DONE_SENTENCES.get(request.query_params.get("done", ""), ""),
    )


def _forecast(request: Request, feed: FeedRecord, rhythm: Mapping[date, int]) -> ForecastWords | None:
    """What a model would take of this feed in a day: its rhythm × the tokens of its articles × the price."""
    services = site_of(request).services
    assert services.model is not None
    today = services.clock.now().date()
    days = (today - min(rhythm, default=today)).days + 1
    since = today - timedelta(days=RHYTHM_DAYS)
    measured = services.store.tokens_per_article(feed.id, since=since)
    found = forecast(
        sum(rhythm.values()) / days, measured=measured, mean_chars=services.store.mean_article_chars(feed.id)
    )
    if found is None or not found.articles:
        return None
    price = services.model.price(
        round(found.articles * found.input_tokens), round(found.articles * found.output_tokens)
    )
    return ForecastWords(
        articles=f"{found.articles:,.1f}",
        tokens=f"{round(found.tokens):,}",
        cost=PRICE_UNKNOWN if price is None else money(price),
        is_measured=found.is_measured,
    )


def _feed(request: Request) -> FeedRecord:
    return site_of(request).services.store.get_feed(FeedId(request.path_params["feed_id"]))


def _back(feed: FeedRecord, done: str) -> Response:
    return RedirectResponse(f"/feeds/{feed.id}?done={done}", status_code=303)

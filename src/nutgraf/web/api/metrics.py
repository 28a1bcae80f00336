"""GET /metrics: what this process did and how the store stands, in Prometheus' text format.

Counts of the store are the same from every process; those of requests and of work under way are this process's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from nutgraf.web.metering import BUCKETS_S, RequestMeter
from nutgraf.web.rendering import site_of
from nutgraf.web.services import WebServices

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def metrics_page(request: Request) -> Response:
    """GET /metrics. Raises StoreError: a scrape that fails says more than one that lacks half."""
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415 - 0.07 s
    from prometheus_client.registry import Collector  # noqa: PLC0415

    metrics = [*_store_metrics(site_of(request).services), *_request_metrics(request.app.state.meter)]

    class Gathered(Collector):
        def collect(self) -> Iterator[Metric]:
            return iter(metrics)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Gathered())
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _store_metrics(services: WebServices) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily  # noqa: PLC0415

    store, now = services.store, services.clock.now()
    counts, lag, facts, disk, work = (
        store.counts(),
        store.lag(now=now),
        store.store_facts(),
        services.disk(),
        services.work(),
    )

    yield InfoMetricFamily("nutgraf", "The running version.", {"version": services.version, "database": facts.kind})
    gauges: list[tuple[str, str, float]] = [
        ("nutgraf_feeds", "Active feeds.", lag.feeds),
        ("nutgraf_feeds_failing", "Active feeds whose last poll failed.", lag.failing_feeds),
        ("nutgraf_feeds_due", "Active feeds whose poll is due.", lag.due_feeds),
        (
            "nutgraf_poll_lag_seconds",
            "How long the poll that waits longest has been due.",
            _age_s(lag.oldest_due_poll_at, now),
        ),
        (
            "nutgraf_article_lag_seconds",
            "How long the step of an article that waits longest has been due.",
            _age_s(lag.oldest_due_step_at, now),
        ),
        ("nutgraf_briefs", "Published briefs.", counts.briefs),
        ("nutgraf_open_reports", "Reported faults that wait for the operator.", counts.open_reports),
        ("nutgraf_database_bytes", "Size of the database.", facts.size_bytes),
        ("nutgraf_disk_free_bytes", "Room on the disk that holds the data.", disk.free_bytes),
        ("nutgraf_fetching_stopped", "1 while nothing is fetched for want of room on the disk.", disk.is_low),
        ("nutgraf_feeds_under_way", "Feeds being polled by this process.", work.feeds_under_way),
        ("nutgraf_articles_under_way", "Articles being worked on by this process.", work.articles_under_way),
    ]
    for name, text, value in gauges:
        yield GaugeMetricFamily(name, text, value)
    articles = GaugeMetricFamily("nutgraf_articles", "Articles by their place in the pipeline.", labels=["state"])
    for state, number in counts.articles.items():
        articles.add_metric([state.value], number)
    yield articles
    done = CounterMetricFamily("nutgraf_work_done", "What this process did since its start.", labels=["what"])
    for what, number in sorted(work.totals.items()):
        done.add_metric([what], number)
    yield done


def _request_metrics(meter: RequestMeter) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415

    answers = CounterMetricFamily("nutgraf_http_requests", "Answered requests.", labels=["route", "method", "status"])
    for (route, method, status), number in sorted(meter.answers.items()):
        answers.add_metric([route, method, str(status)], number)
    yield answers
    times = HistogramMetricFamily("nutgraf_http_request_seconds", "Time to answer requests.", labels=["route"])
    for route, counts in sorted(meter.buckets.items()):
        bounds = [*map(str, BUCKETS_S), "+Inf"]
        sums = [sum(counts[: place + 1]) for place in range(len(counts))]
        times.add_metric([route], list(zip(bounds, sums, strict=True)), meter.seconds[route])
    yield times


def _age_s(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else (now - moment).total_seconds()

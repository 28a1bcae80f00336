"""OpenTelemetry traces over OTLP/HTTP (https://opentelemetry.io/docs/specs/otlp/), the Tracing port.

The trace of an article's life is not passed from job to job: its id is derived from the article, so that each process
knows it, and whether it is among the share that is sent. Needs the extra `nutgraf[traces]`.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

import structlog
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from structlog.contextvars import get_contextvars

from nutgraf.domain.ids import ArticleId, article_mark
from nutgraf.errors import ConfigError, NutgrafError
from nutgraf.text.secrets import mask_secrets

SEND_TIMEOUT_S = 5
CLOSE_WITHIN_S = 4.0
MAX_WAITING_SPANS = 4_096
"""More are dropped: what is told about the work must not hold it up."""
MAX_VALUE_CHARS = 1_000
_ID_FIELDS = ("article", "feed", "job", "worker")

log = structlog.get_logger(__name__)


class OtlpTracing:
    """Implements `ports.Tracing`. `share` of all lives and polls is sent to `url`, by a thread of its own.

    Headers for the collector are the SDK's own to read: OTEL_EXPORTER_OTLP_HEADERS. Raises ConfigError.
    """

    def __init__(self, url: str, *, share: float, version: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise ConfigError("traces.url must begin with http:// or https://.", code="bad_traces_url")
        _hear_complaints()
        self._ids = _Ids()
        self._provider = TracerProvider(
            sampler=TraceIdRatioBased(share),
            resource=Resource.create({"service.name": "nutgraf", "service.version": version}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=url, timeout=SEND_TIMEOUT_S)
        self._provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=MAX_WAITING_SPANS))
        self._tracer = self._provider.get_tracer("nutgraf", version)

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """What happens within took so long; the ids are those that the log has."""
        span = self._tracer.start_span(name, attributes=_bound_ids())
        token = otel_context.attach(trace.set_span_in_context(span))
        try:
            yield
        except NutgrafError as error:
            _fail(span, error.code, error.message)
            raise
        except Exception as error:
            _fail(span, "internal", type(error).__name__)
            raise
        finally:
            otel_context.detach(token)
            span.end()

    @contextmanager
    def life_of(self, article_id: ArticleId, found_at: datetime) -> Iterator[None]:
        """Spans within belong to the life of this article."""
        trace_id, span_id = _life(article_id, found_at)
        flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
        life = trace.NonRecordingSpan(trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags))
        token = otel_context.attach(trace.set_span_in_context(life))
        try:
            yield
        finally:
            otel_context.detach(token)

    def begin_life(self, article_id: ArticleId, found_at: datetime, url: str) -> None:
        """The article was found just now; its life refers to the poll that found it."""
        attributes = _bound_ids() | {
            "nutgraf.article": article_mark(article_id),
            "url.full": mask_secrets(url[:MAX_VALUE_CHARS]),
        }
        found_by = trace.get_current_span().get_span_context()
        links = [trace.Link(found_by)] if found_by.is_valid else []
        with self._ids.wanting(*_life(article_id, found_at)):
            self._tracer.start_span("article", context=otel_context.Context(), attributes=attributes, links=links).end()

    def close(self) -> None:
        """Send what is left, within CLOSE_WITHIN_S. Idempotent."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)  # which may wait for half a minute
        closing.start()
        closing.join(CLOSE_WITHIN_S)


class _Ids(RandomIdGenerator):
    """Random ids, but where a life begins: those that were derived for it."""

    def __init__(self) -> None:
        self._wanted: ContextVar[tuple[int, int] | None] = ContextVar("wanted", default=None)

    @contextmanager
    def wanting(self, trace_id: int, span_id: int) -> Iterator[None]:
        token = self._wanted.set((trace_id, span_id))
        try:
            yield
        finally:
            self._wanted.reset(token)

    def generate_trace_id(self) -> int:
        wanted = self._wanted.get()
        return wanted[0] if wanted else super().generate_trace_id()

    def generate_span_id(self) -> int:
        wanted = self._wanted.get()
        return wanted[1] if wanted else super().generate_span_id()


def _life(article_id: ArticleId, found_at: datetime) -> tuple[int, int]:
    """Ids of the trace and its first span. The time of finding sets the articles of two databases apart."""
    digest = hashlib.sha256(f"{article_id} {found_at.timestamp():.6f}".encode()).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])


def _bound_ids() -> dict[str, str]:
    bound = get_contextvars()
    return {f"nutgraf.{name}": str(bound[name]) for name in _ID_FIELDS if name in bound}


def _fail(span: trace.Span, code: str, message: str) -> None:
    span.set_attribute("error.type", code)
    span.set_status(trace.StatusCode.ERROR, mask_secrets(message[:MAX_VALUE_CHARS]))


class _Complaints(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log.warning("traces_not_sent", error=record.getMessage())


def _hear_complaints() -> None:
    """What the SDK says of a collector that is away goes where all else goes."""
    logger = logging.getLogger("opentelemetry")
    if not any(isinstance(handler, _Complaints) for handler in logger.handlers):
        logger.addHandler(_Complaints(logging.WARNING))
        logger.propagate = False

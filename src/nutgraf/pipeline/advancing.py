"""An article's way from found to published: one step at a time, each committed once before the next begins.

A step that fails for a passing reason is tried again later; one that fails for good sets the article aside in
quarantine with its reason, from where it can be replayed. Killing the process between or within steps loses nothing:
the state in the store says where to go on.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import datetime

import structlog

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief
from nutgraf.domain.document import Document, FetchRequest, Purpose
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.model import usage_of
from nutgraf.domain.records import ArticleRecord, ArticleState
from nutgraf.errors import FetchError, ModelError, NutgrafError, StoreError
from nutgraf.pipeline import schedule
from nutgraf.pipeline.item_trail import UNTRACED
from nutgraf.pipeline.model_use import ModelChoice, ModelUse
from nutgraf.pipeline.model_writing import ModelDraft, ModelPayer, ModelWriter, with_own_prompt
from nutgraf.pipeline.work import BRIEF, EXTRACT, FEED_ENTRY_TYPE, RECHECK, Extracted, entry_is_article
from nutgraf.ports import Clock, Fetcher, StageRunner, Store, Tracing
from nutgraf.stages.identify import decide_copies

log = structlog.get_logger(__name__)

EXTRACT_TIMEOUT_S = 20.0
BRIEF_TIMEOUT_S = 20.0

STEPS = (ArticleState.WRITTEN, ArticleState.EXTRACTED, ArticleState.FETCHED, ArticleState.FOUND)
"""States that have a next step, nearest to the reader first."""

STAGES = {
    ArticleState.FOUND: "fetch",
    ArticleState.FETCHED: "extract",
    ArticleState.EXTRACTED: "write",
    ArticleState.WRITTEN: "publish",
}
"""What comes next in each of them, as logs and traces call it."""

MIN_TEXT_WORDS = 25
"""A text of fewer words says too little for a brief that is more than the headline."""


class ArticleAdvancer:
    """Moves articles through the pipeline; holds no state between two calls.

    With a `model` that one writes, as far as `model_use` (where there is one) lets it; where it fails the built-in
    writer does, or, with `waits_for_model` and where waiting can help, the article is tried again later and the
    built-in writer has the last turn.
    """

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        stages: StageRunner,
        clock: Clock,
        taxonomy_path: str = "",
        model: ModelWriter | None = None,
        model_use: ModelUse | None = None,
        waits_for_model: bool = False,
        tracing: Tracing = UNTRACED,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._stages = stages
        self._clock = clock
        self._taxonomy_path = taxonomy_path
        self._model = model
        self._model_use = model_use
        self._waits_for_model = waits_for_model
        self._tracing = tracing
        self._identifying = asyncio.Lock()  # two copies at the same moment would not see each other

    async def advance(self, record: ArticleRecord, steps: Sequence[ArticleState] = STEPS) -> ArticleState:
        """Take `record` as far as `steps` lead now; returns the state in which it rests.

        Raises StoreError where the database is away or a failure cannot be stored: not the article's fault.
        """
        state: ArticleState = record.state
        try:
            with self._tracing.life_of(record.id, record.found_at):
                while state in steps:
                    reached = await self._step(dataclasses.replace(record, state=state))
                    if reached is None:  # somebody else has taken it on
                        log.debug("article_taken_by_another", state=state.value)
                        break
                    state = reached
        except NutgrafError as error:
            if isinstance(error, StoreError) and error.retryable:
                raise
            return await self._failed(dataclasses.replace(record, state=state), error)
        return state

    async def _step(self, record: ArticleRecord) -> ArticleState | None:
        with self._tracing.span(STAGES[record.state]):
            match record.state:
                case ArticleState.FOUND:
                    return await self._fetch(record)
                case ArticleState.FETCHED:
                    return await self._extract(record)
                case ArticleState.EXTRACTED:
                    return await self._write(record)
                case _:
                    return await self._publish(record)

    async def _publish(self, record: ArticleRecord) -> ArticleState | None:
        if not await asyncio.to_thread(self._store.publish, record.id, now=self._clock.now()):
            return None
        log.info("article_published")
        return ArticleState.PUBLISHED

    async def _fetch(self, record: ArticleRecord) -> ArticleState | None:
        try:
            document = await self._fetcher.fetch(FetchRequest(record.url, Purpose.ARTICLE))
        except FetchError as error:
            if error.retryable or not entry_is_article(record):
                raise
            log.info("article_only_in_feed", code=error.code, error=error.message)
            document = Document(record.url, record.url, 200, content_type=FEED_ENTRY_TYPE)
        if not await asyncio.to_thread(self._store.save_document, record.id, document, now=self._clock.now()):
            return None
        log.info("article_fetched", size_bytes=len(document.body))
        return ArticleState.FETCHED

    async def _extract(self, record: ArticleRecord) -> ArticleState | None:
        document = await asyncio.to_thread(self._store.load_document, record.id)
        now = self._clock.now()
        extracted: Extracted = await self._stages.run(EXTRACT, document, record, now, timeout_s=EXTRACT_TIMEOUT_S)
        if extracted.article.word_count < MIN_TEXT_WORDS:
            raise NutgrafError("The page holds too little text to brief.", code="too_little_text")
        async with self._identifying:
            state = await asyncio.to_thread(self._identify, record.id, extracted, now)
        if state is not None:
            log.info("article_extracted", words=extracted.article.word_count, state=state.value)
        return state

    def _identify(self, article_id: ArticleId, extracted: Extracted, now: datetime) -> ArticleState | None:
        article, band_keys = extracted.article, extracted.band_keys
        with self._store.identifying(band_keys):
            decision = decide_copies(article, self._store.find_copies(article_id, band_keys))
            return self._store.save_extraction(
                article_id,
                article,
                band_keys=band_keys,
                copy_of=decision.original,
                copies=decision.copies,
                icon_url=extracted.icon_url,
                now=now,
            )

    async def _write(self, record: ArticleRecord) -> ArticleState | None:
        revision = await asyncio.to_thread(self._store.current_revision, record.id)
        history = await asyncio.to_thread(self._store.brief_history, record.id)
        choice = await self._choose(record)
        drafted = await self._ask_model(record, revision.article, choice)
        now = self._clock.now()
        brief: Brief = await self._stages.run(
            BRIEF,
            revision.article,
            now,
            self._taxonomy_path,
            history.withdrawn,
            drafted.draft,
            timeout_s=BRIEF_TIMEOUT_S,
        )
        brief = dataclasses.replace(brief, usage=usage_of(drafted.answers))
        if drafted.answers and not brief.model:
            log.info("model_gave_way", model=drafted.answers[-1].model, reason=drafted.reason)
        if choice.wish is not None and not brief.model:
            kept = await asyncio.to_thread(self._store.keep_brief, record.id, now=now)
            if kept:  # it was published already, and nothing better was written
                await self._chosen(record, choice, drafted)
                return ArticleState.PUBLISHED
        if not brief.what_happened:
            raise NutgrafError("No sentence of the article could be published.", code="nothing_to_say")
        broken: tuple[str, ...] = ()
        is_comparable = history.language in ("", revision.article.language)  # a translation is not
        if history.published and is_comparable:
            broken = await self._stages.run(RECHECK, history.published, revision.article, timeout_s=BRIEF_TIMEOUT_S)
        saved = await asyncio.to_thread(self._store.save_brief, record.id, revision.id, brief, broken=broken, now=now)
        if not saved:
            return None
        log.info(
            "article_written",
            writer=brief.model or brief.writer,
            sentences=brief.sentence_count,
            withheld=len(brief.withheld),
        )
        await self._chosen(record, choice, drafted)
        return ArticleState.WRITTEN

    async def _choose(self, record: ArticleRecord) -> ModelChoice:
        if self._model is None or self._model_use is None:
            return ModelChoice(asks=self._model is not None)
        return await self._model_use.choose(record.id, record.feed_id)

    async def _chosen(self, record: ArticleRecord, choice: ModelChoice, drafted: ModelDraft) -> None:
        if self._model_use is not None:
            await self._model_use.ended(record.id, choice, drafted.error)

    async def _ask_model(self, record: ArticleRecord, article: Article, choice: ModelChoice) -> ModelDraft:
        """The model's draft, or why there is none. Raises its ModelError where the article is to wait for it.

        That is never the last try: an article is not set aside for what a model did.
        """
        if self._model is None or not choice.asks:
            return ModelDraft(None)
        own = await asyncio.to_thread(self._store.live_prompt)
        style = self._model.style if own is None else with_own_prompt(self._model.style, own)
        payer = ModelPayer(record.feed_id, record.id, choice.reader_id)
        with self._tracing.span("ask_model"):
            drafted = await self._model.draft(article, payer=payer, style=style)
        if drafted.error is not None:
            log.warning("model_failed", url=record.url, code=drafted.error.code, error=drafted.error.message)
            may_wait = self._waits_for_model and drafted.error.retryable and not drafted.answers
            may_wait = may_wait and drafted.error.code != "budget_spent"  # it is published, and waits as a wish
            if may_wait and record.attempts + 1 < schedule.STEP_ATTEMPTS:
                raise drafted.error
        return drafted

    async def _failed(self, record: ArticleRecord, error: NutgrafError) -> ArticleState:
        now = self._clock.now()
        what = {"step": STAGES[record.state], "code": error.code, "error": error.message}
        attempts = record.attempts + 1
        is_fetching = record.state is ArticleState.FOUND
        most_attempts = schedule.FETCH_ATTEMPTS if is_fetching else schedule.STEP_ATTEMPTS
        if error.retryable and attempts < most_attempts:
            retry_after_s = error.retry_after_s if isinstance(error, FetchError | ModelError) else None
            until = schedule.article_retry_moment(now, attempts=attempts, key=record.url, retry_after_s=retry_after_s)
            await asyncio.to_thread(
                self._store.defer, record.id, until=until, error_code=error.code, error_message=error.message
            )
            log.info("article_deferred", until=until.isoformat(), attempts=attempts, **what)
            return record.state
        await asyncio.to_thread(
            self._store.quarantine, record.id, error_code=error.code, error_message=error.message, now=now
        )
        log.info("article_set_aside", **what)
        return ArticleState.QUARANTINED

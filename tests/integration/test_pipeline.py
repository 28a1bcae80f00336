"""The whole way from feeds to briefs, with real HTTP, real stage processes and a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loopback_press import Press, running_press
from nutgraf.bootstrap import Application, build_application
from nutgraf.domain.evidence import Verdict
from nutgraf.domain.ids import DEFAULT_READER
from nutgraf.domain.records import ArticleState, BriefCard, BriefQuery
from nutgraf.ports import Store
from nutgraf.settings import Settings, load_settings

EDITION = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def press() -> Iterator[Press]:
    with running_press(EDITION) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path, work={"processes": 2}, fetch={"host_gap_s": 0})


def run_pipeline(settings: Settings, press: Press, *, poll_everything: bool = False) -> Application:
    """One run until idle, as `nutgraf poll` does it; the application is closed afterwards, its store still readable."""

    async def run() -> Application:
        application = build_application(settings, allow_private=(press.allowance,))
        if poll_everything:
            application.store.poll_soon(None, now=application.clock.now())
        try:
            await application.runner.run_until_idle()
        finally:
            await application.close()
        return application

    return asyncio.run(run())


def subscribe(settings: Settings, press: Press) -> None:
    store = opened(settings)
    for url in press.feed_urls:
        store.add_feed(url, now=EDITION)
    store.close()


def opened(settings: Settings) -> Store:
    from nutgraf.bootstrap import open_application_store

    return open_application_store(settings)


def all_cards(store: Store) -> list[BriefCard]:
    return store.list_briefs(BriefQuery(limit=200), reader_id=DEFAULT_READER)


@pytest.mark.slow
def test_the_sample_press_becomes_traced_briefs_once(settings: Settings, press: Press) -> None:
    subscribe(settings, press)
    first = run_pipeline(settings, press)
    assert first.runner.progress.totals["failed_polls"] == 0
    store = opened(settings)
    counts = store.counts()
    cards = all_cards(store)
    assert len(cards) >= 24
    assert len({card.publisher.slug for card in cards}) >= 4
    assert counts.articles[ArticleState.COPY] == 1, "the syndicated copy is briefed once"
    assert counts.articles.get(ArticleState.QUARANTINED, 0) == 0, store.list_quarantine()
    for card in cards:
        page = store.brief_page(card.article_id, reader_id=DEFAULT_READER)
        text = page.revision.article.text
        assert page.brief.article_hash == page.revision.article.text_hash
        for _, sentence in page.brief.sentences():
            assert sentence.finding.verdict is not Verdict.UNSUPPORTED
            assert sentence.finding.evidence, sentence.text
            assert all(0 <= span.start < span.end <= len(text) for span in sentence.finding.evidence)

    second = run_pipeline(settings, press, poll_everything=True)
    assert second.runner.progress.totals["polled"] >= len(press.feed_urls)
    assert second.runner.progress.totals["published"] == 0
    assert [card.brief_id for card in all_cards(store)] == [card.brief_id for card in cards]
    store.close()


@pytest.mark.slow
def test_a_correction_becomes_a_new_version_that_shows_what_changed(settings: Settings, press: Press) -> None:
    subscribe(settings, press)
    run_pipeline(settings, press)
    store = opened(settings)
    before = {card.article_id: card.brief_id for card in all_cards(store)}

    press.moment = EDITION + timedelta(hours=1)
    run_pipeline(settings, press, poll_everything=True)
    after = {card.article_id: card.brief_id for card in all_cards(store)}
    [corrected] = [article_id for article_id in before if after[article_id] != before[article_id]]
    page = store.brief_page(corrected, reader_id=DEFAULT_READER)
    assert page.version == 2
    assert page.card.updated_at is not None
    assert page.previous_revision is not None
    assert "1.84" in page.previous_revision.article.text
    assert "1.84" not in " ".join(sentence.text for _, sentence in page.brief.sentences())
    store.close()

"""From an article to a brief: write, check, tag, in this order; the same for the service, the commands and the API."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import datetime

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, Draft
from nutgraf.domain.entity import Entity
from nutgraf.domain.evidence import Verdict
from nutgraf.domain.topic import Topic
from nutgraf.ports import Writer
from nutgraf.stages.check import CheckedDraft, check_draft, check_sentences, withdraw_sentences
from nutgraf.stages.name import find_entities
from nutgraf.stages.tag import Taxonomy, tag_topics
from nutgraf.stages.write import make_writer

SHORT_ARTICLE_WORDS = 200
"""An article of fewer words without insights is said to be short: the brief is not to blame."""


def make_brief(
    article: Article,
    *,
    created_at: datetime,
    writer: Writer | None = None,
    taxonomy: Taxonomy | None = None,
    barred: Sequence[str] = (),
) -> Brief:
    """The brief of `article` by `writer` (the built-in one by default). Pure: `created_at` is given.

    A draft that loses its dek or its What happened in the check gives way to the built-in writer's. `barred` are
    sentences that were withdrawn as faulty before and do not come back.
    """
    chosen = writer or make_writer("builtin")
    draft = chosen.write(article)
    checked = check_draft(draft, article, barred=barred)
    lost_dek = checked.dek is None and draft.dek is not None
    if writer is not None and (lost_dek or not checked.what_happened):
        fallback = make_writer("builtin")
        second_draft = fallback.write(article)
        rewritten = check_draft(second_draft, article, barred=barred)
        brief = _brief(article, rewritten, second_draft, fallback.name, created_at, tag_topics(article, taxonomy))
        return dataclasses.replace(brief, withheld=(*rewritten.withheld, *checked.withheld))
    return _brief(article, checked, draft, chosen.name, created_at, tag_topics(article, taxonomy))


def correct_brief(
    brief: Brief, article: Article, positions: Collection[int], *, replaces: bool = True, barred: Sequence[str] = ()
) -> Brief | None:
    """The brief without its sentences at `positions` (from 0), which a reader's report showed to be faulty.

    With `replaces` the article's nearest sentence takes a withdrawn one's place where it fits. A brief that loses its
    What happened is written anew by the built-in writer without those sentences and without `barred`, which were
    withdrawn before; None where nothing is left then either.
    """
    checked = withdraw_sentences(brief, positions, article, replaces=replaces)
    if checked.what_happened:
        corrected = dataclasses.replace(
            brief,
            dek=checked.dek,
            what_happened=checked.what_happened,
            insights=checked.insights,
            takeaways=checked.takeaways,
            withheld=(*brief.withheld, *checked.withheld),
        )
        return dataclasses.replace(corrected, entities=_entities(corrected, article))
    faulty = [sentence.text for number, (_, sentence) in enumerate(brief.sentences()) if number in positions]
    rewritten = make_brief(article, created_at=brief.created_at, barred=[*barred, *faulty])
    return dataclasses.replace(rewritten, topics=brief.topics) if rewritten.what_happened else None


def find_broken(sentences: Sequence[str], article: Article) -> tuple[str, ...]:
    """Those of a brief's published sentences that `article`, the publisher's new text, no longer carries."""
    findings = check_sentences(sentences, article)
    return tuple(
        text for text, finding in zip(sentences, findings, strict=True) if finding.verdict is Verdict.UNSUPPORTED
    )


def _brief(
    article: Article,
    checked: CheckedDraft,
    draft: Draft,
    writer_name: str,
    created_at: datetime,
    topics: Sequence[Topic],
) -> Brief:
    brief = Brief(
        headline=article.title,
        dek=checked.dek,
        what_happened=checked.what_happened,
        insights=checked.insights,
        takeaways=checked.takeaways,
        topics=tuple(topics),
        writer=writer_name,
        created_at=created_at,
        article_hash=article.text_hash,
        language=article.language,
        is_short=not checked.insights and article.word_count < SHORT_ARTICLE_WORDS,
        withheld=checked.withheld,
        model=draft.model,
        prompt_version=draft.prompt_version,
    )
    return dataclasses.replace(brief, entities=_entities(brief, article))


def _entities(brief: Brief, article: Article) -> tuple[Entity, ...]:
    return tuple(find_entities(article, [brief.headline, *(sentence.text for _, sentence in brief.sentences())]))

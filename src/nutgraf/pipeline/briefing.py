"""From an article to a brief: write, check, tag, in this order; the same for the service, the commands and the API."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from datetime import datetime

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Brief, BriefSentence, Draft, Outcome, Part, Withheld
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

MIN_PARAGRAPH_WORDS = 30
"""A What happened of fewer words, where the article has four times as many, tells too little of it."""

MIN_STANDING_SHARE = 0.5
"""Where fewer of a draft's sentences can be published as written, what is left is not its writer's brief any more."""

GAVE_WAY_REASON = "too little of the draft could be published, so the built-in writer took its place"


def make_brief(
    article: Article,
    *,
    created_at: datetime,
    writer: Writer | None = None,
    draft: Draft | None = None,
    taxonomy: Taxonomy | None = None,
    barred: Sequence[str] = (),
) -> Brief:
    """The brief of `article` by `writer`, or from a `draft` that is there already; else the built-in writer's.

    Pure: `created_at` is given. A draft of which the check leaves too little gives way to the built-in writer's; all it
    had is kept among what was withheld, under its own maker. `barred` are sentences that were withdrawn as faulty
    before and do not come back. Raises what `writer` raises.
    """
    given = writer.write(article) if writer is not None else draft
    topics = tag_topics(article, taxonomy)
    if given is not None:
        checked = check_draft(given, article, barred=barred)
        if _is_enough(given, checked, article):
            return _brief(article, checked, given, created_at, topics)
    own = make_writer("builtin").write(article)
    brief = _brief(article, check_draft(own, article, barred=barred, closes_exits=False), own, created_at, topics)
    if given is None:
        return brief
    return dataclasses.replace(brief, withheld=(*brief.withheld, *_all_withheld(given, checked)))


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


def _is_enough(draft: Draft, checked: CheckedDraft, article: Article) -> bool:
    """Whether what the check left of a draft is a brief, and its writer's."""
    if not checked.what_happened or (checked.dek is None and draft.dek is not None):
        return False
    words = sum(len(sentence.text.split()) for sentence in checked.what_happened)
    if words < MIN_PARAGRAPH_WORDS and article.word_count >= 4 * MIN_PARAGRAPH_WORDS and draft.model:
        return False
    sentences = 2 * len(draft.insights) + len(draft.what_happened) + len(draft.takeaways) + (draft.dek is not None)
    return len(_standing(checked)) >= MIN_STANDING_SHARE * sentences


def _standing(checked: CheckedDraft) -> list[tuple[Part, BriefSentence]]:
    """The sentences that may be published just as they were drafted."""
    put_in = {withheld.replacement for withheld in checked.withheld if withheld.replacement}
    parts = [
        *([(Part.DEK, checked.dek)] if checked.dek is not None else []),
        *((Part.WHAT_HAPPENED, sentence) for sentence in checked.what_happened),
        *((Part.INSIGHT_TITLE, insight.title) for insight in checked.insights),
        *((Part.INSIGHT, insight.explanation) for insight in checked.insights),
        *((Part.TAKEAWAYS, sentence) for sentence in checked.takeaways),
    ]
    return [(part, sentence) for part, sentence in parts if sentence.text not in put_in]


def _all_withheld(draft: Draft, checked: CheckedDraft) -> list[Withheld]:
    """Every sentence of a draft that gave way, as dropped."""
    dropped = [
        dataclasses.replace(withheld, outcome=Outcome.DROPPED, replacement="", maker=draft.maker)
        for withheld in checked.withheld
    ]
    for part, sentence in _standing(checked):
        finding = dataclasses.replace(sentence.finding, reasons=(*sentence.finding.reasons, GAVE_WAY_REASON))
        dropped.append(Withheld(part, sentence.text, finding, Outcome.DROPPED, maker=draft.maker))
    return dropped


def _brief(
    article: Article,
    checked: CheckedDraft,
    draft: Draft,
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
        writer=draft.writer,
        created_at=created_at,
        article_hash=article.text_hash,
        language=draft.language or article.language,
        is_short=not checked.insights and article.word_count < SHORT_ARTICLE_WORDS,
        withheld=checked.withheld,
        model=draft.model,
        prompt_version=draft.prompt_version,
    )
    return dataclasses.replace(brief, entities=_entities(brief, article))


def _entities(brief: Brief, article: Article) -> tuple[Entity, ...]:
    return tuple(find_entities(article, [brief.headline, *(sentence.text for _, sentence in brief.sentences())]))

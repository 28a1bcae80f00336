"""The page of one brief: DESIGN section 1, every sentence with its evidence."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.article import Article
from nutgraf.domain.brief import BriefSentence
from nutgraf.domain.evidence import Verdict
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import BriefPage
from nutgraf.outputs.json_ld import brief_to_json_ld, script_json
from nutgraf.outputs.markdown import format_markdown
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.changes import Changes, compare_texts
from nutgraf.web.conditional import entity_tag, is_known
from nutgraf.web.days import DayPiece, day_pieces, publication_day
from nutgraf.web.pages.corrections import show_correction
from nutgraf.web.pages.model_wish import offer_for
from nutgraf.web.reading import is_person_reading
from nutgraf.web.rendering import base_url, brief_path, render, site_of
from nutgraf.web.trace import Excerpt, trace_finding
from nutgraf.web.wording import direction, language_tag

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "publisher-said": ("headline", "publisher", "age_and_reads", "lead_picture"),
    "nutgraf-wrote": ("traced", "corrected", "dek", "what_happened", "key_insights", "takeaways", "topics", "names"),
    "way-out": ("full_article",),
    "aftermatter": ("marks", "model_wish", "copies", "brief_changes", "changes", "report", "how_this_was_made"),
}
"""The parts of the page in DESIGN's order, grouped by whose words they are; each is a template in templates/brief/."""


@dataclass(frozen=True, slots=True)
class TracedSentence:
    """A sentence as the page shows it, with the article's words it rests on. `pieces` joined are its text."""

    pieces: tuple[DayPiece, ...]
    is_weak: bool
    score: float
    reasons: tuple[str, ...]
    excerpts: tuple[Excerpt, ...]
    report_href: str


@dataclass(frozen=True, slots=True)
class TracedInsight:
    """A key insight with its title and explanation traced apart."""

    title: TracedSentence
    explanation: TracedSentence


@dataclass(frozen=True, slots=True)
class TracedBrief:
    """The written parts of a brief, ready for the templates."""

    dek: TracedSentence | None
    what_happened: tuple[TracedSentence, ...]
    insights: tuple[TracedInsight, ...]
    takeaways: tuple[TracedSentence, ...]


def brief_page(request: Request) -> Response:
    """GET /brief/{article_id}: the page; a person's first visit counts as a read. Raises NotFound."""
    services = site_of(request).services
    article_id = ArticleId(request.path_params["article_id"])
    page = services.store.brief_page(article_id, reader_id=reader_of(request))
    if page.card.article_id != article_id:  # a copy: its original's page is the one
        return RedirectResponse(brief_path(page.card), status_code=302)
    reads = page.card.reads
    if not page.card.is_read and is_person_reading(request):
        reads += services.store.record_read(reader_of(request), article_id, now=services.clock.now())
    language = page.brief.language or page.revision.article.language
    site_url = base_url(request)
    page_url = site_url + brief_path(page.card)
    json_ld = brief_to_json_ld(page, page_url=page_url, language=language_tag(language))
    return render(
        request,
        "brief.html",
        sections=SECTIONS,
        language=language_tag(language),
        dir=direction(language),
        page=page,
        card=page.card,
        brief=page.brief,
        offer=offer_for(request, page),
        article=page.revision.article,
        written=trace_brief(page),
        changes=changes_of(page),
        corrections=[show_correction(record) for record in page.corrections],
        updated_at=updated_at(page),
        reads=reads,
        page_url=page_url,
        site_url=site_url,
        json_ld=Markup(script_json(json_ld)),  # noqa: S704 - nothing in it can end the element
    )


def brief_as_markdown(request: Request) -> Response:
    """GET /brief/{article_id}.md: the brief with its source as Markdown. Raises NotFound."""
    article_id = ArticleId(request.path_params["article_id"])
    page = site_of(request).services.store.brief_page(article_id, reader_id=reader_of(request))
    text = format_markdown(page.brief, page.revision.article)
    tag = entity_tag(text)
    if is_known(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(text, media_type="text/markdown; charset=utf-8", headers={"ETag": tag})


def trace_brief(page: BriefPage) -> TracedBrief:
    """The written parts with their evidence cut from the text they were checked against."""
    article, brief = page.revision.article, page.brief
    numbers = itertools.count(1)

    def trace(sentence: BriefSentence) -> TracedSentence:
        """Call it in the order of the page: a report names a sentence by its number."""
        return _trace(sentence, article, f"/brief/{page.card.article_id}/report?sentence={next(numbers)}")

    return TracedBrief(
        dek=trace(brief.dek) if brief.dek else None,
        what_happened=tuple(trace(sentence) for sentence in brief.what_happened),
        insights=tuple(TracedInsight(trace(insight.title), trace(insight.explanation)) for insight in brief.insights),
        takeaways=tuple(trace(sentence) for sentence in brief.takeaways),
    )


def updated_at(page: BriefPage) -> datetime | None:
    """When the brief was last written anew because the article changed; later corrections do not count."""
    if page.card.updated_at or page.previous_revision is None:
        return page.card.updated_at
    return page.revision.stored_at


def changes_of(page: BriefPage) -> Changes | None:
    """What the publisher changed since the revision before, None where nothing did."""
    if page.previous_revision is None:
        return None
    return compare_texts(page.previous_revision.article.text, page.revision.article.text)


def _trace(sentence: BriefSentence, article: Article, report_href: str) -> TracedSentence:
    finding = sentence.finding
    return TracedSentence(
        pieces=day_pieces(sentence.text, published_on=publication_day(article), language=article.language),
        is_weak=finding.verdict is not Verdict.SUPPORTED,
        score=finding.score,
        reasons=finding.reasons,
        excerpts=trace_finding(article, finding),
        report_href=report_href,
    )

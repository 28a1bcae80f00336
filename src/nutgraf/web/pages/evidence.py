"""A brief beside the article's words: each sentence numbered, each number at the words that the sentence rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nutgraf.domain.brief import BriefSentence, Part
from nutgraf.domain.evidence import Verdict
from nutgraf.domain.ids import ArticleId
from nutgraf.domain.records import BriefPage
from nutgraf.outputs.wording import KEY_INSIGHTS, TAKEAWAYS, WHAT_HAPPENED
from nutgraf.web.accounts.identity import reader_of
from nutgraf.web.rendering import brief_path, render, site_of
from nutgraf.web.trace import SharedParagraph, paragraphs_of, trace_article
from nutgraf.web.wording import direction, language_tag

HEADINGS: Mapping[Part, str] = {
    Part.DEK: "In one sentence",
    Part.WHAT_HAPPENED: WHAT_HAPPENED,
    Part.INSIGHT_TITLE: KEY_INSIGHTS,
    Part.INSIGHT: KEY_INSIGHTS,
    Part.TAKEAWAYS: TAKEAWAYS,
}


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence with its number on the page, from 1, and the first marked stretch it rests on, 0 without any."""

    number: int
    text: str
    is_title: bool
    is_weak: bool
    reasons: tuple[str, ...]
    first_mark: int


@dataclass(frozen=True, slots=True)
class NumberedPart:
    """A part of the brief under its heading."""

    heading: str
    sentences: tuple[NumberedSentence, ...]


def evidence_page(request: Request) -> Response:
    """GET /brief/{article_id}/evidence: the brief beside the paragraphs that it rests on. Raises NotFound."""
    services = site_of(request).services
    article_id = ArticleId(request.path_params["article_id"])
    page = services.store.brief_page(article_id, reader_id=reader_of(request))
    if page.card.article_id != article_id:  # a copy: its original's page is the one
        return RedirectResponse(f"/brief/{page.card.article_id}/evidence", status_code=302)
    article = page.revision.article
    paragraphs = trace_article(article, [sentence.finding for _, sentence in page.brief.sentences()])
    language = page.brief.language or article.language
    return render(
        request,
        "evidence.html",
        script=site_of(request).assets["evidence.js"].path,
        language=language_tag(language),
        dir=direction(language),
        page=page,
        brief=page.brief,
        card=page.card,
        back=brief_path(page.card),
        parts=number_parts(page, paragraphs),
        paragraphs=paragraphs,
        skipped_after=_paragraphs_after(page, paragraphs),
    )


def number_parts(page: BriefPage, paragraphs: tuple[SharedParagraph, ...]) -> tuple[NumberedPart, ...]:
    """The brief's sentences numbered in the order of the page, by part."""
    first_marks: dict[int, int] = {}
    for paragraph in paragraphs:
        for segment in paragraph.segments:
            for number in segment.sentences:
                first_marks.setdefault(number, segment.number)
    parts: list[tuple[str, list[NumberedSentence]]] = []
    for number, (part, sentence) in enumerate(page.brief.sentences(), 1):
        if not parts or parts[-1][0] != HEADINGS[part]:
            parts.append((HEADINGS[part], []))
        parts[-1][1].append(_numbered(number, part, sentence, first_marks.get(number, 0)))
    return tuple(NumberedPart(heading, tuple(sentences)) for heading, sentences in parts)


def _numbered(number: int, part: Part, sentence: BriefSentence, first_mark: int) -> NumberedSentence:
    return NumberedSentence(
        number=number,
        text=sentence.text,
        is_title=part is Part.INSIGHT_TITLE,
        is_weak=sentence.finding.verdict is not Verdict.SUPPORTED,
        reasons=sentence.finding.reasons,
        first_mark=first_mark,
    )


def _paragraphs_after(page: BriefPage, paragraphs: tuple[SharedParagraph, ...]) -> int:
    """How many paragraphs follow the last one shown."""
    count = len(paragraphs_of(page.revision.article))
    return count - len(paragraphs) - sum(paragraph.skipped_before for paragraph in paragraphs)

"""The article's words with the numbers of all sentences that rest on them."""

from __future__ import annotations

from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.web.trace import MAX_CONTEXT_CHARS, SharedSegment, trace_article
from store_values import make_article

TEXT = "The ferry runs again. Nobody paid for it.\n\nThe harbour was closed.\n\nFares stay. No date was given."


def finding(*spans: tuple[int, int]) -> Finding:
    return Finding(Verdict.SUPPORTED, 0.9, tuple(Span(start, end) for start, end in spans))


def span_of(words: str) -> tuple[int, int]:
    return TEXT.index(words), TEXT.index(words) + len(words)


def test_each_stretch_names_every_sentence_that_rests_on_it() -> None:
    first, both, last = span_of("The ferry runs again."), span_of("ferry runs"), span_of("Fares stay.")
    paragraphs = trace_article(make_article(TEXT), [finding(first), finding(both, last), finding()])
    assert paragraphs[0].segments == (
        SharedSegment("The ", (1,), 1),
        SharedSegment("ferry runs", (1, 2), 2),
        SharedSegment(" again.", (1,), 3),
        SharedSegment(" Nobody paid for it."),
    )
    assert paragraphs[1].segments == (SharedSegment("Fares stay.", (2,), 4), SharedSegment(" No date was given."))
    assert [paragraph.skipped_before for paragraph in paragraphs] == [0, 1]


def test_the_words_shown_are_the_articles() -> None:
    spans = [finding(span_of(words)) for words in ("again. Nobody", "closed.", "No date")]
    paragraphs = trace_article(make_article(TEXT), spans)
    assert "\n\n".join("".join(s.text for s in paragraph.segments) for paragraph in paragraphs) == TEXT


def test_a_long_paragraph_is_cut_to_what_surrounds_its_marks() -> None:
    text = "word " * 400 + "the fact " + "word " * 400
    start = text.index("the fact")
    (paragraph,) = trace_article(make_article(text), [finding((start, start + 8))])
    assert paragraph.is_cut_before
    assert paragraph.is_cut_after
    assert sum(len(segment.text) for segment in paragraph.segments) <= 2 * MAX_CONTEXT_CHARS + 8


def test_without_evidence_nothing_is_shown() -> None:
    assert trace_article(make_article(TEXT), [finding(), finding((5, 5))]) == ()
    assert trace_article(make_article(TEXT), []) == ()

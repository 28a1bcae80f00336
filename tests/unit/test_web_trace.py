"""A sentence's evidence cut from the article's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nutgraf.domain.article import Article, Paragraph
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.web import trace

TEXT = "Boats run all night. Bakers cheer.\n\nCruise lines pay more. They may leave.\n\nTalks begin on Thursday."


def article(text: str = TEXT, paragraphs: tuple[Paragraph, ...] = ()) -> Article:
    return Article("", "", "", "", "", None, "en", "", text, "", (), paragraphs)


def finding(*quotes: str) -> Finding:
    spans = tuple(Span(TEXT.index(quote), TEXT.index(quote) + len(quote)) for quote in quotes)
    return Finding(Verdict.SUPPORTED, 1.0, spans)


def marked(excerpt: trace.Excerpt) -> list[str]:
    return [segment.text for segment in excerpt.segments if segment.is_marked]


def shown(excerpt: trace.Excerpt) -> str:
    return "".join(segment.text for segment in excerpt.segments)


def test_words_are_marked_in_their_paragraph() -> None:
    (excerpt,) = trace.trace_finding(article(), finding("They may leave."))
    assert shown(excerpt) == "Cruise lines pay more. They may leave."
    assert marked(excerpt) == ["They may leave."]
    assert not excerpt.is_cut_before
    assert not excerpt.is_cut_after


def test_paragraphs_come_in_the_order_of_the_text() -> None:
    excerpts = trace.trace_finding(article(), finding("Talks begin on Thursday.", "Boats run all night."))
    assert [marked(excerpt) for excerpt in excerpts] == [["Boats run all night."], ["Talks begin on Thursday."]]


def test_overlapping_spans_are_joined() -> None:
    (excerpt,) = trace.trace_finding(article(), finding("Boats run all", "run all night."))
    assert marked(excerpt) == ["Boats run all night."]


def test_a_span_over_two_paragraphs_is_marked_in_both() -> None:
    excerpts = trace.trace_finding(article(), finding("Bakers cheer.\n\nCruise lines"))
    assert [marked(excerpt) for excerpt in excerpts] == [["Bakers cheer."], ["Cruise lines"]]


def test_the_articles_own_paragraphs_count_more_than_blank_lines() -> None:
    own = (Paragraph(0, len(TEXT)),)
    (excerpt,) = trace.trace_finding(article(paragraphs=own), finding("They may leave."))
    assert shown(excerpt) == TEXT


def test_long_context_is_cut_at_words() -> None:
    text = "before " * 100 + "THE POINT" + " after" * 100
    start = text.index("THE POINT")
    spans = (Span(start, start + len("THE POINT")),)
    (excerpt,) = trace.trace_finding(article(text), Finding(Verdict.SUPPORTED, 1.0, spans))
    assert excerpt.is_cut_before
    assert excerpt.is_cut_after
    assert set(shown(excerpt).split()) == {"before", "THE", "POINT", "after"}
    assert len(shown(excerpt)) <= len("THE POINT") + 2 * trace.MAX_CONTEXT_CHARS


def test_without_evidence_there_is_nothing_to_show() -> None:
    assert trace.trace_finding(article(), Finding(Verdict.WEAK, 0.4)) == ()


@given(
    st.text(alphabet="ab \n", max_size=120),
    st.lists(st.tuples(st.integers(0, 130), st.integers(0, 130)), max_size=8),
)
def test_any_spans_show_only_the_articles_words(text: str, bounds: list[tuple[int, int]]) -> None:
    spans = tuple(Span(start, end) for start, end in bounds)
    for excerpt in trace.trace_finding(article(text), Finding(Verdict.SUPPORTED, 1.0, spans)):
        assert shown(excerpt) in text
        assert all(segment.text for segment in excerpt.segments)

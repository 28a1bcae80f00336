"""Search terms, queries, ranking and snippets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.domain.search import Phrase, SearchQuery
from nutgraf.text.search_query import MAX_PHRASES, MAX_QUERY_CHARS, parse_search
from nutgraf.text.search_ranking import choose_snippet, mark, relevance
from nutgraf.text.search_terms import fold_word, search_terms

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "term"),
    [
        ("Ferries", "ferry"),
        ("ferry", "ferry"),
        ("wages", "wage"),
        ("houses", "house"),
        ("boxes", "boxe"),
        ("shoes", "shoe"),
        ("gas", "gas"),
        ("bus", "bus"),
        ("press", "press"),
        ("status", "status"),
        ("Genève", "geneve"),
        ("Straße", "strasse"),
        ("3.10", "3_10"),
        ("12,900", "12900"),
        ("o'neill", "oneill"),
        ("…", ""),
        ("ＡＢＣ", "abc"),
    ],
)
def test_words_fold_into_terms(word: str, term: str) -> None:
    assert fold_word(word) == term


def test_unspaced_scripts_come_apart() -> None:
    assert search_terms("東京で") == ["東", "京", "で"]


def test_a_query_is_read() -> None:
    query = parse_search('ferry "minimum wage" -strike electr* publisher:"Harbour Post" topic:diplomacy', now=NOW)
    assert query.wanted == (Phrase(("ferry",)), Phrase(("minimum", "wage")), Phrase(("electr",), is_prefix=True))
    assert query.unwanted == (Phrase(("strike",)),)
    assert (query.publishers, query.topics, query.problems) == (("harbour-post",), ("diplomacy",), ())


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        ("after:2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("after:2026-02", datetime(2026, 2, 1, tzinfo=UTC)),
        ("after:2026-02-28", datetime(2026, 2, 28, tzinfo=UTC)),
        ("after:today", datetime(2026, 3, 1, tzinfo=UTC)),
        ("after:Yesterday", datetime(2026, 2, 28, tzinfo=UTC)),
        ("after:2w", datetime(2026, 2, 15, tzinfo=UTC)),
    ],
)
def test_days_are_read(asked: str, after: datetime) -> None:
    assert parse_search(asked, now=NOW).after == after


@pytest.mark.parametrize("asked", ["after:soon", "before:2026-13-01", "after:9999y", "before:0000", "-topic:x"])
def test_what_is_not_understood_is_said_and_left_out(asked: str) -> None:
    query = parse_search(f"ferry {asked}", now=NOW)
    assert query.wanted[0] == Phrase(("ferry",))
    assert (query.after, query.before, query.topics) == (None, None, ())
    assert query.problems


def test_a_quotation_mark_left_open_closes_at_the_end() -> None:
    assert parse_search('"minimum wage', now=NOW).wanted == (Phrase(("minimum", "wage")),)


def test_typographic_quotation_marks_make_phrases_too() -> None:
    assert parse_search("“minimum wage”", now=NOW).wanted == (Phrase(("minimum", "wage")),)


def test_a_word_with_a_colon_is_a_word() -> None:
    assert parse_search("re:lisbon", now=NOW).wanted == (Phrase(("re", "lisbon")),)


def test_a_query_is_bounded() -> None:
    query = parse_search(" ".join(f"w{number}" for number in range(500)), now=NOW)
    assert len(query.wanted) == MAX_PHRASES
    assert len(query.text) <= MAX_QUERY_CHARS
    assert query.problems


@given(st.text(max_size=400))
def test_any_text_is_a_query(text: str) -> None:
    query = parse_search(text, now=NOW)
    assert len(query.wanted) + len(query.unwanted) <= MAX_PHRASES
    assert all(
        term and all(character.isalnum() or character == "_" for character in term)
        for phrase in (*query.wanted, *query.unwanted)
        for term in phrase.terms
    )


@given(st.text(max_size=200), st.lists(st.sampled_from(["a", "fe", "wage", "東"]), max_size=3))
def test_marking_loses_no_character(text: str, terms: list[str]) -> None:
    pieces = mark(text, [Phrase((term,), is_prefix=True) for term in terms])
    assert "".join(piece.text for piece in pieces) == text


def test_neighbouring_matches_are_marked_as_one() -> None:
    pieces = mark("The minimum wage rises.", [Phrase(("wage",)), Phrase(("minimum",))])
    assert [piece.text for piece in pieces if piece.is_match] == ["minimum wage"]


def test_a_phrase_is_marked_only_where_it_stands() -> None:
    pieces = mark("A minimum. The minimum wages rise.", [Phrase(("minimum", "wage"))])
    assert [piece.text for piece in pieces if piece.is_match] == ["minimum wages"]


def test_the_snippet_is_the_sentence_with_most_of_the_words() -> None:
    sentences = ["A ferry came.", "The ferry fare rose.", "Fares fell."]
    assert choose_snippet(sentences, [Phrase(("ferry",)), Phrase(("fare",))]) == "The ferry fare rose."
    assert choose_snippet(sentences, []) == "A ferry came."
    assert choose_snippet([], [Phrase(("x",))]) == ""


def test_headlines_and_freshness_count() -> None:
    query = SearchQuery("ferry", wanted=(Phrase(("ferry",)),))

    def score(headline: str, body: str, days_old: float = 0) -> float:
        listed_at = NOW - timedelta(days=days_old)
        return relevance(query, headline, body, listed_at=listed_at, now=NOW)

    assert score("ferry back", "boats") > score("boats", "ferry back")
    assert score("boats", "ferry ferry") > score("boats", "ferry boat")
    assert score("boats", "ferry") > score("boats", "ferry", days_old=20)
    assert score("ferry back", "ferry", days_old=5) > score("boats", "ferry")
    assert score("boats", "ferry", days_old=-1) == score("boats", "ferry"), "a time ahead is not fresher than now"

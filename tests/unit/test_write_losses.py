"""A title loses no condition, limit, rate or complement by its cut, and holds no words grown together."""

import pytest

from nutgraf.stages.write.builtin.clauses import tag_tokens, tokenize
from nutgraf.stages.write.builtin.glued import is_glued
from nutgraf.stages.write.builtin.titles import find_titles
from nutgraf.text.lexicon import load_lexicon

ENGLISH = load_lexicon("en")


def titles_of(sentence: str) -> list[str]:
    tokens = tag_tokens(tokenize(sentence), ENGLISH)
    weights = {token.low: 0.8 for token in tokens}
    return [title.text for title in find_titles(sentence, tokens, ENGLISH, weights)]


@pytest.mark.parametrize(
    ("sentence", "half"),
    [
        ("Once the owner has not paid for nine months, the boat goes into public ownership.", "into public ownership"),
        ("Castell made the closure of the bridge, his rival's idea, a test of the council.", "closure of the bridge"),
        (
            "The council named the engineer Ada Quill, who joined last year, to lead the inquiry.",
            "named the engineer Ada Quill",
        ),
        ("The mayor declared the old harbour in the north a danger to ships.", "old harbour"),
        ("The yard now employs about 4,000 people in the valley and sells to six countries.", "4,000 people"),
        ("The town paid about 200,000 crowns each year for the search of the harbour.", "200,000 crowns"),
        ("The harbour office released a statement saying that it had closed the channel.", "released a statement"),
        ("The winter was 1.4 degrees warmer, by the institute's measurement, than the one before.", "degrees warmer"),
        ("The ministry has linked the dust from the quarry in winter to illness in children.", "in winter"),
        ("The trade deal is both a gain for the farmers of the islands and a risk.", "of the islands"),
        ("The ships are covered during the worst storms of the winter and spring.", "covered"),
        ("Oster is an organiser with the guild of the fishermen of Skerric.", "organiser"),
        ("Lighthouses can be steered from the shore, where 40 pilots live in the summer.", "live in the summer"),
        ("The sale is only possible because the harbour gave up its claim to the land.", "only possible"),
        ("The union rejected ideas the owners wanted for a new pier in the north.", "owners wanted"),
        ("The overwhelming support from the readers of the harbour news was noted.", "from the readers"),
    ],
)
def test_no_cut_takes_what_a_clause_needs(sentence: str, half: str) -> None:
    assert [title for title in titles_of(sentence) if title.endswith(half)] == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "The committee in February launched an investigation into reports of theft and fraud at the yard.",
            "Committee launched investigation into reports of theft and fraud",
        ),
        (
            "Winger Bo Haldrup struck the post before half-time and Lorne put the rebound over the bar.",
            "Lorne put the rebound over the bar",
        ),
        (
            "Over four years 7,300 volunteers typed in the readings, each page being done by three people.",
            "7,300 volunteers typed in the readings",
        ),
        (
            "Varnholt have now lost four matches in a row and fall to ninth place.",
            "Varnholt have now lost four matches in a row",
        ),
    ],
)
def test_finds_the_clause_past_what_may_go(sentence: str, expected: str) -> None:
    assert expected in titles_of(sentence)


def test_a_clause_between_commas_is_no_aside_and_a_figure_stays_whole() -> None:
    assert not any(
        title.endswith("hits the quay")
        for title in titles_of(
            "The warning lasts just a moment, then the pilot quickly drops back, hits the quay and stops."
        )
    )
    assert titles_of("The storm drowned more than3,600 sheep on the islands in one night.") == []
    assert "The ship sank in the harbour of Skerric" in titles_of(
        "The ship, built in 1911, sank in the harbour of Skerric."
    )


def test_knows_words_that_have_grown_together() -> None:
    grown = """theirview itsnew thesale worthof announcedthat notdesigned amplifyingrumours ministersaidit
        harbour'sreply than3"""
    assert [word for word in grown.split() if not is_glued(word, ENGLISH)] == []
    sound = """thatched throughout iPhone LinkedIn Rolland totally theory itself therefore husband's season weather
        mp3 h5n1 1980s"""
    assert [word for word in sound.split() if is_glued(word, ENGLISH)] == []
    assert not is_glued("Hafenverwaltungsgebühr", load_lexicon("de"))

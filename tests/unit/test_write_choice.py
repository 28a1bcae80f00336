"""Which sentences the built-in writer chooses, and how a lead comes to a dek's length."""

import pytest

from nutgraf.stages.check.index import ArticleIndex
from nutgraf.stages.extract.assemble import article_from_text
from nutgraf.stages.write.builtin import BuiltinWriter
from nutgraf.stages.write.builtin.candidates import read_candidates
from nutgraf.stages.write.builtin.clauses import QUOTE, tag_tokens, tokenize
from nutgraf.stages.write.builtin.leaning import judge_leaning
from nutgraf.stages.write.builtin.shorten import shorten
from nutgraf.stages.write.builtin.worth import Covered, load_weights, measure_worth
from nutgraf.text.lexicon import load_lexicon

EN = load_lexicon("en")


@pytest.mark.parametrize(
    ("text", "max_words", "shorter"),
    [
        (
            "About 40 miles off the coast of Holm, divers have found a wreck with 300 jars of oil still sealed.",
            15,
            "Divers have found a wreck with 300 jars of oil still sealed.",
        ),
        ("The board approved a rule Friday requiring every count to be made by hand in all districts.", 16, None),
        ("Mara Ellis, 56, was found guilty of taking bribes from a dredging firm.", 12, None),
        (
            "Small boats did about as well as those twice their size, according to a trial published on Tuesday.",
            15,
            "Small boats did about as well as those twice their size, according to a trial.",
        ),
        (
            "A defender scored seven minutes from time as the visitors came back to win the cup in the Compact League.",
            17,
            "A defender scored seven minutes from time as the visitors came back to win the cup.",
        ),
    ],
)
def test_cuts_that_bring_a_lead_to_length(text: str, max_words: int, shorter: str | None) -> None:
    found = shorten(text, max_words, EN)
    assert found is not None
    assert len(found.split()) <= max_words
    if shorter is not None:
        assert found == shorter
    assert " Friday" not in found
    assert ", 56," not in found


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        (
            "The leader of the guild has been charged with planning a raid in which a clerk was to open the gate.",
            "The leader of the guild has been charged with planning a raid.",
        ),
        (
            "The minister, in remarks on Tuesday after a meeting with the guild, said that the bridge would stay open.",
            "The minister said that the bridge would stay open.",
        ),
        ("The council rejected the only plan under which the mill could be kept open for another year.", None),
    ],
)
def test_clauses_and_asides_that_a_lead_can_spare(text: str, shorter: str | None) -> None:
    assert shorten(text, 14, EN) == shorter


def test_a_place_stays_where_something_is_the_only_one_there() -> None:
    assert shorten("The mill is the only one that still grinds rye by water in Lower Saxony.", 13, EN) is None


def test_some_cases_are_no_place() -> None:
    text = "In some cases in 2024, the boats went back to the yard before the paint had even dried."
    assert shorten(text, 12, EN) is None


@pytest.mark.parametrize(
    "text", ["He said: 'We strive to pay our debts on time.'", "“No,” she said.", "She called it ``a plain mistake''."]
)
def test_quotation_marks_of_every_kind_pair(text: str) -> None:
    assert sum(token.tag == QUOTE for token in tag_tokens(tokenize(text), EN)) == 2


def test_apostrophes_are_no_quotation_marks() -> None:
    tokens = tag_tokens(tokenize("The boys' school and Lena's house weren't far; the farmers' market was."), EN)
    assert not any(token.tag == QUOTE for token in tokens)


def test_a_pronoun_leans_on_nothing_where_its_sentence_introduces_its_noun() -> None:
    text = "A pilot pulled his plane out of a dive."
    assert not judge_leaning(text, tag_tokens(tokenize(text), EN), EN).previous
    text = "Later his plane was pulled out of a dive."
    assert judge_leaning(text, tag_tokens(tokenize(text), EN), EN).previous


def test_a_story_opens_with_nothing_to_lean_on() -> None:
    article = article_from_text("The latest outbreak is no threat, the agency said. It ended there.", title="")
    first, second = read_candidates(article, EN)
    assert not first.leaning.previous
    assert second.leaning.previous


STORY = """The harbour board will close the north ferry to Holm in May because its hull has cracked.

The ferry carries 4,000 people a week between Holm and the mainland.

Its hull was built in 1961 and has been patched eleven times since.

Fishermen said the closure would cut them off from the market in Arbel.

The board has asked two yards for the price of a new ferry."""


def test_worth_falls_to_nothing_once_a_sentence_is_covered() -> None:
    candidates = read_candidates(article_from_text(STORY, title="Ferry"), EN)
    worth = measure_worth(candidates, ["ferry"], EN)
    covered = Covered(set(), set())
    assert worth.value([0], covered) > 0
    worth.cover(0, covered)
    assert worth.value([0], covered) == 0
    assert worth.value([3], covered) > 0


def test_words_that_come_early_and_often_are_worth_more() -> None:
    candidates = read_candidates(article_from_text(STORY, title=""), EN)
    worth = measure_worth(candidates, [], EN)
    assert worth.words["ferry"] > worth.words["yard"]
    lifted = measure_worth(candidates, ["yards"], EN)
    assert lifted.words["yard"] > worth.words["yard"]


@pytest.mark.parametrize("name", ["word", "pair", "sentence"])
def test_shipped_coefficients_are_complete(name: str) -> None:
    assert load_weights(name).coefficients.any()


def test_a_leaning_sentence_stands_only_behind_what_it_leans_on() -> None:
    draft = BuiltinWriter().write(article_from_text(STORY, title="Holm ferry to close"))
    shown = [sentence.cites[0] for sentence in draft.what_happened]
    assert shown == sorted(shown)
    if 2 in shown:
        assert 1 in shown
    assert draft.dek is not None
    assert 10 <= len(draft.dek.text.split()) <= 25


@pytest.mark.parametrize(
    ("claim", "is_verbatim"),
    [
        ("The ferry carries 4,000 people a week.", True),
        ("Ferry carries 4,000 people", True),
        ("The ferry carries 4,000.", False),
        ("The ferry carries 4,0", False),
        ("erry carries 4,000 people a week", False),
        ("000 people a week between Holm", False),
        ("The ferry carries 5,000 people a week.", False),
    ],
)
def test_a_run_of_the_article_is_whole_words_and_numbers(claim: str, is_verbatim: bool) -> None:
    assert ArticleIndex(article_from_text(STORY, title="")).says_verbatim(claim) is is_verbatim


def test_the_dek_of_a_feature_is_the_sentence_that_brings_the_news() -> None:
    text = """On most mornings Ada Quill walks to the end of the old stone pier with a thermos and a folding chair.

Her father built boats here until the yard closed, and the cranes have stood still for twenty years.

The town council announced this week that a new yard for wooden ferries will open beside the pier.

Gulls gather on the wall behind the chair, and the wind turns the pages of the book that lies on it."""
    article = article_from_text(text, title="New yard for wooden ferries to open in Lenham")
    dek = BuiltinWriter().write(article).dek
    assert dek is not None
    assert dek.cites == (2,)

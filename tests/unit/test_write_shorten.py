"""A sentence is shortened only where the rest stays grammatical and true."""

import pytest

from nutgraf.stages.write.builtin.shorten import shorten
from nutgraf.text.lexicon import load_lexicon

ENGLISH = load_lexicon("en")


@pytest.mark.parametrize(
    ("sentence", "max_words", "expected"),
    [
        (
            "The ferry company, which was founded in 1911, will sell four of its six boats next spring.",
            12,
            "The ferry company will sell four of its six boats next spring.",
        ),
        (
            "Ada Quill, who mapped the northern coast and taught a generation of pilots, died on Sunday in Port Arbel.",
            14,
            "Ada Quill, who mapped the northern coast, died on Sunday in Port Arbel.",
        ),
        (
            "The council approved the new tram line on Monday, killing a plan for a second road bridge.",
            12,
            "The council approved the new tram line on Monday.",
        ),
        (
            "The board cut the quota for northern cod by 18 percent, a smaller reduction than its scientists wanted.",
            12,
            "The board cut the quota for northern cod by 18 percent.",
        ),
        (
            "While prices fell in the capital, rents in the three northern ports rose by a fifth.",
            11,
            "Rents in the three northern ports rose by a fifth.",
        ),
    ],
)
def test_drops_what_can_be_spared(sentence: str, max_words: int, expected: str) -> None:
    assert shorten(sentence, max_words, ENGLISH) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The plant will close next year, which would cost 900 jobs in the valley, the union said on Friday evening.",
        "The company will build the yard at Sellano if the state pays for the new harbour wall and the road.",
        "She did not say that the bank was safe, but that the money of its customers was insured by law.",
    ],
)
def test_keeps_attribution_condition_and_negation(sentence: str) -> None:
    short = shorten(sentence, 12, ENGLISH)
    for word in ("said", " if ", " not "):
        assert short is None or (word in sentence) == (word in short)


def test_leaves_a_short_sentence_alone_in_any_language() -> None:
    assert shorten("Rada przyjęła budżet.", 12, load_lexicon("xx")) == "Rada przyjęła budżet."


def test_gives_up_rather_than_cut_within_a_quotation() -> None:
    sentence = (
        "“We waited, which nobody had told us to do, and then the doors opened, killing the lights,” Ada Quill said."
    )
    assert shorten(sentence, 10, ENGLISH) is None

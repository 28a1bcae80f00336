"""What leans on words that are not shown is found; what stands alone is left alone."""

import pytest

from nutgraf.stages.write.builtin.clauses import tag_tokens, tokenize
from nutgraf.stages.write.builtin.leaning import Leaning, drop_links, drop_opening, judge_leaning, resolved
from nutgraf.text.lexicon import load_lexicon

ENGLISH = load_lexicon("en")


def leaning_of(sentence: str, language: str = "en") -> Leaning:
    lexicon = load_lexicon(language)
    return judge_leaning(sentence, tag_tokens(tokenize(sentence), lexicon), lexicon)


@pytest.mark.parametrize(
    "sentence",
    [
        "He said the bridge would open in May.",
        "That would leave 29 of the homes outside the wall.",
        "They’ve asked for a second hearing.",
        "His barrister, Ada Quill, said no record of the loan had survived.",
        "In return, the port dropped its claim.",
        "The others were staying with relatives.",
        "A controlled one relies on a powerful engine.",
        "Brandreth painted 412 of them in gold leaf.",
        "“It will take years,” she said.",
    ],
)
def test_finds_what_needs_the_sentence_before(sentence: str) -> None:
    leaning = leaning_of(sentence)
    assert leaning.previous or leaning.never


@pytest.mark.parametrize(
    "sentence",
    [
        "Brannoch withdrew its ambassador after Oristan seized the ship.",
        "It is unclear when the bridge will open.",
        "In his letter, Mayor Emil Sand said the port would close.",
        "“The harbour was never meant for cars,” said Ada Quill.",
        "Those who live upstream were told to leave on Monday.",
    ],
)
def test_leaves_what_stands_alone(sentence: str) -> None:
    leaning = leaning_of(sentence)
    assert not leaning.previous
    assert not leaning.never


@pytest.mark.parametrize(
    "sentence", ["“It rained. It rained all night.”", "“Half of the quotation is missing, said Quill."]
)
def test_never_uses_a_quotation_without_speaker_or_end(sentence: str) -> None:
    assert leaning_of(sentence).never


def test_bare_description_is_resolved_by_what_is_shown() -> None:
    leaning = leaning_of("The ruling takes effect in May.")
    assert leaning.pointing == ["ruling"]
    assert not resolved(leaning.pointing, {"court"})
    assert resolved(leaning.pointing, {"rulings"})
    assert leaning_of("The head of the union resigned.").pointing == []
    assert leaning_of("The government resigned.").pointing == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("But the port stayed open.", "The port stayed open."),
        ("Meanwhile, the port stayed open.", "The port stayed open."),
        ("However the vote goes, the port stays open.", "However the vote goes, the port stays open."),
        ("Buttons were sold at the gate.", "Buttons were sold at the gate."),
    ],
)
def test_drops_an_opening_that_only_links(sentence: str, expected: str) -> None:
    assert drop_opening(sentence, ENGLISH) == expected


def test_drops_links_but_not_inside_quotations() -> None:
    assert drop_links("The bill also bans cars.", ENGLISH) == "The bill bans cars."
    assert drop_links("“I also sing,” said Ada Quill.", ENGLISH) == "“I also sing,” said Ada Quill."
    assert drop_links("It was late but also cold.", ENGLISH) == "It was late but also cold."


def test_other_languages_lean_by_their_own_file() -> None:
    assert leaning_of("Er sagte, die Brücke werde im Mai eröffnet.", "de").previous
    assert not leaning_of("Die Stadt Kiel eröffnet im Mai eine neue Brücke.", "de").previous
    assert leaning_of("Elle a refusé de répondre.", "fr").previous


@pytest.mark.parametrize(
    "sentence",
    [
        "The desert sun has bleached it to a dark grey, but the defiance it stands for remains strong.",
        "Despite the mountains and the cold lakes, in recent years this region has seen hot summers.",
        "For years the county has had open primaries, in which all candidates stand on one ballot.",
        "At a meeting between the two leaders, Ada Quill spoke of the closing of the northern harbours.",
        "Advocates hope the film will lead to a better understanding of that dark past.",
        "In another, a group of people pose with smiles in front of the old palace.",
        "Many others have laws that keep former prisoners from voting.",
    ],
)
def test_leans_on_what_only_the_sentences_before_it_say(sentence: str) -> None:
    leaning = leaning_of(sentence)
    assert leaning.previous or leaning.pointing


@pytest.mark.parametrize(
    "sentence",
    [
        "Harbour Rail said it expected the line to reopen by the evening.",
        "The hills above Lenham are covered with a dense brush that burns in summer.",
        "People in Skerric are flocking to see the film I'm Still Here in the old cinema.",
    ],
)
def test_does_not_lean(sentence: str) -> None:
    leaning = leaning_of(sentence)
    assert leaning == Leaning()

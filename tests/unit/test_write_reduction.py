"""A long lead is reduced to its main clause: whole, true, with its source; else it is left alone."""

import pytest

from nutgraf.domain.article import ParagraphKind
from nutgraf.domain.brief import Verdict
from nutgraf.stages.check.index import ArticleIndex
from nutgraf.stages.check.sentences import check_sentence
from nutgraf.stages.extract.assemble import Metadata, assemble_article
from nutgraf.stages.write.builtin.clauses import tag_tokens, tokenize
from nutgraf.stages.write.builtin.endings import opening_clause
from nutgraf.stages.write.builtin.reduction import reduce_lead
from nutgraf.stages.write.builtin.shorten import shorten
from nutgraf.text.lexicon import load_lexicon

ENGLISH = load_lexicon("en")

GOLDEN = [
    (
        "A ferry with 46 children and their teachers on board ran aground off the island of Skerric on Tuesday, "
        "leaving more than a dozen hurt, harbour officials and rescuers said.",
        "A ferry with 46 children and their teachers on board ran aground off the island of Skerric on Tuesday, "
        "harbour officials and rescuers said.",
    ),
    (
        "Daniyar Otarov, the leader of the farmers who overthrew the old council of Kesh, was named head of a new "
        "provincial government, according to the state news agency, citing a spokesman.",
        "Daniyar Otarov was named head of a new provincial government, according to the state news agency.",
    ),
    (
        "More than 30 miners were trapped in a shaft near Sellano when a pump burst into flames while they changed "
        "shifts at the end of a long night, the ministry said Wednesday.",
        "More than 30 miners were trapped in a shaft near Sellano when a pump burst into flames, "
        "the ministry said Wednesday.",
    ),
    (
        "Two storms struck a training ground and a nearby hospital in the eastern hills of Valmora, killing at least "
        "four people and wounding 18 others, President Ada Quill said Tuesday.",
        "Two storms struck a training ground and a nearby hospital in the eastern hills of Valmora, "
        "President Ada Quill said Tuesday.",
    ),
    (
        "As the province marked the 80th anniversary this year of the great flood at Lenham and the rescue of its "
        "people by fishermen, one family finally came to terms with the loss that befell them in the summer of 1944.",
        "One family finally came to terms with the loss that befell them in the summer of 1944.",
    ),
    (
        "The Prime Minister of Lisarre on Tuesday dismissed his popular harbour minister, Jon Ames, in a surprise "
        "announcement that came as the country is torn by strikes on the railways and in the northern yards.",
        "The Prime Minister of Lisarre on Tuesday dismissed his popular harbour minister, Jon Ames, in a surprise "
        "announcement.",
    ),
    (
        "Valmora plans to require large shipyards to report within a day the accidents of their apprentices such as "
        "burns, falls and hands that are crushed between the plates, the government said Thursday.",
        "Valmora plans to require large shipyards to report within a day the accidents of their apprentices, "
        "the government said Thursday.",
    ),
    (
        "In a letter sent Wednesday night to Harbour Secretary Ada Quill, a group of 34 captains from the northern "
        'ports called for her office to end its "freeze on permits and news."',
        'A group of 34 captains from the northern ports called for her office to end its "freeze on permits and news."',
    ),
    (
        "The Harbour Agency announced plans to drop more than two dozen rules on fishing and ferries in what its "
        'director called the "greatest day of freedom in the history of Valmora."',
        "The Harbour Agency announced plans to drop more than two dozen rules on fishing and ferries.",
    ),
    (
        "With the price of herring soaring because of the cold spring, customs officers say smugglers are carrying "
        "more fish across the border at night than in any year since the war.",
        "Customs officers say smugglers are carrying more fish across the border at night than in any year since the "
        "war.",
    ),
    (
        "The army of Lisarre says its gunners sank a smugglers' ship near the southern cape of the island of Skerric, "
        "in retaliation for a raid at the weekend on the lighthouse at Lenham.",
        "The army of Lisarre says its gunners sank a smugglers' ship near the southern cape of the island of Skerric.",
    ),
]


def _reduced(sentence: str) -> str | None:
    return reduce_lead(sentence, tag_tokens(tokenize(sentence), ENGLISH), ENGLISH, 10, 25)


@pytest.mark.parametrize(("sentence", "expected"), GOLDEN)
def test_gives_the_main_clause_with_its_source(sentence: str, expected: str) -> None:
    assert _reduced(sentence) == expected


@pytest.mark.parametrize("sentence", [sentence for sentence, _ in GOLDEN])
def test_the_checker_calls_every_reduction_supported(sentence: str) -> None:
    article = assemble_article([(ParagraphKind.BODY, sentence)], Metadata(url="", title=""))
    short = _reduced(sentence)
    assert short
    assert check_sentence(short, ArticleIndex(article)).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    "sentence",
    [
        "The town of Lenham, known for its painters, is a home of modern art, a haven for tired citizens, and an "
        "autumn leaf peeping destination that thousands of visitors love.",
        # A condition, a negation, a source that would be lost, words of a quotation, a list, a verb that wants more.
        "The company will build a new yard for its largest ships at Sellano in the coming spring after the state "
        "pays for the harbour wall, the road and the cranes that it needs.",
        "The council did not close the tram line to the northern wards on Monday because the new buses were late, "
        "but because a bridge on the way was found to be cracked.",
        "The yard at Port Amance will shed as many as 690 of its workers before the end of the coming winter as the "
        "minister said in a letter to the unions on Friday.",
        "“We waited at the gate of the yard for an hour, which nobody had told us to do, and then the doors opened "
        "at last, killing the lights,” Ada Quill told the court.",
        "Older boats may have worn engines, carry too many nets for their size, and their crews can look very "
        "different in winter than they do in the long light of the summer.",
        "The shipyard said that the two cranes, which were bought in Valmora for nine million marks in the spring of "
        "2019 and never used, will be sold to a buyer from Lisarre next week.",
    ],
)
def test_leaves_alone_what_cannot_be_cut(sentence: str) -> None:
    short = _reduced(sentence)
    assert short is None, short


def test_a_name_left_of_several_takes_no_verb_of_many() -> None:
    sentence = "Ada Quill, the host of the show, Jon Ames and Tom Hale, were talking about the storm for an hour."
    short = shorten(sentence, 14, ENGLISH)
    assert short is None or "Ada Quill were" not in short


@pytest.mark.parametrize(
    "sentence",
    [
        "Clerks at the Marrable Institute have now fed the old figure, with some four million others gathered from "
        "harbours, into the longest account of the sea that anybody ever put together in Brannoch.",
        "Corrane Marine has agreed to pay 15 million marks in penalties after the Harbours and Fisheries Board charged "
        "the shipyard with making misleading statements about the age of the boats that it sold.",
    ],
)
def test_an_opening_clause_ends_neither_before_an_aside_nor_within_a_name(sentence: str) -> None:
    opening = opening_clause(sentence, tag_tokens(tokenize(sentence), ENGLISH), ENGLISH, 8, 25)
    assert opening is None or opening.endswith(("penalties.", "Brannoch.")), opening

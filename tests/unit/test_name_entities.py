"""People, places and organisations of a brief: who is found, under which name, and what is left alone."""

from __future__ import annotations

import dataclasses

import pytest

from nutgraf.api import article_from_text
from nutgraf.domain.entity import EntityKind
from nutgraf.stages.name import MAX_ENTITIES, find_entities
from nutgraf.stages.name.find import entity_slug
from nutgraf.stages.name.known import load_known

PERSON, PLACE, ORGANISATION = EntityKind.PERSON, EntityKind.PLACE, EntityKind.ORGANISATION


def found(text: str, *brief: str, publisher: str = "") -> set[tuple[EntityKind, str]]:
    """Kinds and names in a brief with these texts, by default the whole article."""
    article = article_from_text(text, title="What the harbour did", publisher=publisher)
    return {(entity.kind, entity.name) for entity in find_entities(article, brief or (text,))}


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("The ferry will return, Martha Quayle said on the pier.", "Martha Quayle"),
        ("It was steered by Thomas Ebner, 43, a fisherman from the north side.", "Thomas Ebner"),
        ("The plan was drawn up by Mayor Oddvar Brekke. On Monday Brekke defended it.", "Oddvar Brekke"),
        (
            "The song that everybody knows is by Julia van der Meer. Nobody else sings it as van der Meer does.",
            "Julia van der Meer",
        ),
        ("The seat went to Henry F. Alder Jr. after a long count, and Alder thanked his staff.", "Henry F. Alder Jr."),
        ("The bill is that of former Sen. Dana O'Hara, who left last year.", "Dana O'Hara"),
    ],
)
def test_people_are_found_by_what_stands_around_them(text: str, person: str) -> None:
    assert found(text) == {(PERSON, person)}


@pytest.mark.parametrize(
    "text",
    [
        "The shares of the firm rose. Charles Schwab said so, and Schwab knows the market well.",
        "The play runs at the Martha Quayle Theatre until the end of the month.",
        "They met at Thomas Ebner Square, and walked to Lake Henry before noon.",
        "The Martha Quayle, who had been at sea for weeks, came into port with a list.",
        "Green Mountain said it would sell the plant, and that buyers had been found.",
        "A book of Martha Quayle lay on the table and was never opened by anybody there.",
        "The Competition and Ports Authority looked into it and found nothing much at all.",
        "Hurricane Martha said goodbye to the coast and went out to sea again on Monday.",
    ],
)
def test_what_only_looks_like_a_name_is_left_alone(text: str) -> None:
    assert found(text) == set()


def test_a_surname_in_the_brief_means_the_full_name_of_the_article() -> None:
    text = "The vote was called by Martha Quayle, 51, a lawyer. Later Quayle said it was over."
    assert found(text, "Quayle called a vote.") == {(PERSON, "Martha Quayle")}
    family = text + " Her brother Edward Quayle, 48, was not there."
    assert found(family, "Quayle called a vote.") == set(), "two bear the name: it is not sure which"
    assert found(family, "Edward Quayle stayed away.") == {(PERSON, "Edward Quayle")}


@pytest.mark.parametrize(
    ("other", "is_sure"),
    [
        ("Ysmarelda Quayle spoke next.", False),
        ("Ysmarelda Quayle Jr. spoke next.", False),
        ("On Monday Quayle spoke next, and Mayor Quayle had the last word.", True),
        ("They crossed Quayle Street.", True),
        ("It was the hour of Councillor Martha Quayle.", True),
    ],
)
def test_a_surname_is_nobodys_where_another_may_bear_it(other: str, is_sure: bool) -> None:
    text = f"The vote was called by Martha Quayle, 51, a lawyer. {other} Later Quayle said it was over."
    assert found(text, "Quayle said it was over.") == ({(PERSON, "Martha Quayle")} if is_sure else set())
    assert found(text, "Martha Quayle called a vote.") == {(PERSON, "Martha Quayle")}


def test_with_a_middle_name_and_without_is_one_person() -> None:
    text = "The vote was called by Martha Quayle, 51. Martha Anne Quayle said it was over, and Quayle left."
    assert found(text) == {(PERSON, "Martha Quayle")}


def test_places_count_where_something_is_in_them() -> None:
    assert found("The talks went on in Nairobi, and the boats left for Norway.") == {
        (PLACE, "Nairobi"),
        (PLACE, "Norway"),
    }
    assert found("Liverpool beat the team from the north side by two goals to one.") == set()
    assert found("They ate turkey and rice. Turkey was what most people had asked for.") == set()
    assert found("The Norway Shipping Company laid up its boats for the whole winter.") == set()
    assert found("Grain from the U.S. is dear. A U.S. official gave no reason for that.") == {(PLACE, "United States")}
    assert found("A U.S. official gave no reason for the fall in exports of grain.") == set()


def test_organisations_by_their_kind_an_acronym_or_because_they_are_known() -> None:
    text = (
        "The study was made at Brackwater University for the Harbour Rescue Service (HRS). The HRS asked for it, and "
        "the United Nations paid. The City Council and the National Bank had no part in it."
    )
    assert found(text) == {
        (ORGANISATION, "Brackwater University"),
        (ORGANISATION, "Harbour Rescue Service"),
        (ORGANISATION, "United Nations"),
    }
    assert found(text, "The HRS has a new study.") == {(ORGANISATION, "Harbour Rescue Service")}


def test_the_publisher_itself_is_no_news() -> None:
    text = "The study was made at Brackwater University and is not yet published there."
    assert found(text, publisher="Brackwater University") == set()


def test_what_the_brief_makes_most_of_comes_first_and_the_rest_is_cut() -> None:
    places = ["Norway", "Sweden", "Finland", "Denmark", "Estonia", "Latvia", "Lithuania", "Poland"]
    text = f"The boats went to {', to '.join(places)} and came back. Poland was the last of them."
    article = article_from_text(text, title="Boats reach Poland")
    entities = find_entities(article, ["Boats reach Poland", text])
    assert len(entities) == MAX_ENTITIES
    assert entities[0].name == "Poland"


def test_other_languages_have_other_signs() -> None:
    article = article_from_text("Die Fähre kommt zurück, sagte Martha Quayle in Nairobi.", title="Fähre")
    assert find_entities(dataclasses.replace(article, language="de"), [article.text]) == []


def test_slugs_are_plain_and_bounded() -> None:
    assert entity_slug("Karla Sofía Gascón") == "karla-sofia-gascon"
    assert entity_slug("Henry F. O'Hara Jr.") == "henry-f-ohara-jr"
    assert entity_slug("東京") == ""
    assert len(entity_slug("a b " * 500)) <= 80


def test_the_lists_do_not_contradict_each_other() -> None:
    known = load_known()
    assert not known.organisation_endings & known.given_names
    assert not known.speech_verbs & known.given_names
    assert {name for words in known.names if len(words) == 1 for name in words if name.islower()} == set()
    assert len({record.name for record in known.names.values()}) > 500


def test_a_hostile_text_costs_little_and_gives_nothing_long() -> None:
    text = "Martha " * 4_000 + "said. " + "Al-" * 5_000 + " & " * 3_000 + "U.S." * 2_000
    article = article_from_text(text, title="x")
    assert all(len(entity.name) < 200 for entity in find_entities(article, [text]))

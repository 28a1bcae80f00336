"""Topics of articles: from evidence only, top level first, the same every time, in any language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nutgraf
from nutgraf.domain.article import Article
from nutgraf.stages.tag import load_taxonomy, tag_topics

TARIFFS = """The Assembly of Valmora voted on Tuesday to raise the tariff on imported steel from 5 to 12 percent.

Exporters in Brannoch said the import duty broke the trade agreement of the Northern Compact. The trade minister of
Brannoch called for talks with the ambassador of Valmora.

“A trade war helps nobody,” said the foreign minister, who will travel to Teverin for a summit next week.
"""


def article(text: str, *, title: str = "", language: str = "en", section: str = "", standfirst: str = "") -> Article:
    return replace(
        nutgraf.article_from_text(text, title=title), language=language, section=section, standfirst=standfirst
    )


def slugs(given_article: Article) -> list[str]:
    return [topic.slug for topic in tag_topics(given_article)]


def test_an_article_gets_top_level_topics_first_then_narrower_ones() -> None:
    topics = tag_topics(article(TARIFFS, title="Valmora raises steel tariff"))
    assert 3 <= len(topics) <= 6
    levels = [bool(topic.parent) for topic in topics]
    assert levels == sorted(levels)
    assert levels[0] is False
    assert {"trade-tariffs", "diplomacy"} <= {topic.slug for topic in topics}
    assert all(0.0 < topic.score < 1.0 for topic in topics)
    assert topics[0] == replace(load_taxonomy().topics[topics[0].slug], score=topics[0].score)


def test_without_a_cue_there_is_no_topic() -> None:
    assert tag_topics(article("Lorem ipsum dolor sit amet, consectetur adipiscing elit.")) == []
    assert tag_topics(article("")) == []


def test_one_word_in_passing_gives_no_narrower_topic() -> None:
    text = TARIFFS + "\n\n" + "The hall was once a cinema. " + "It stood empty for years. " * 40
    assert "film" not in slugs(article(text, title="Valmora raises steel tariff"))


def test_words_common_to_all_news_do_not_make_politics() -> None:
    text = "The minister of state watched as the striker scored the winning goal. The goalkeeper had saved a penalty"
    text += " before half-time, and the league leaders stay unbeaten this season, the coach said."
    assert slugs(article(text, title="Striker wins cup final"))[:2] == ["sport", "football"]


def test_the_longest_phrase_counts_and_hides_the_words_inside_it() -> None:
    on_grass = "The tennis court was wet. The top seed lost on the tennis court in straight sets."
    assert "law-justice" not in slugs(article(on_grass))
    assert (
        slugs(article("The court found him guilty. The judge said the court would sentence him in May."))[0]
        == "law-justice"
    )


def test_a_capital_in_a_cue_counts() -> None:
    assert slugs(article("WHO officials met. Officials of the WHO warned of a virus outbreak."))[0] == "health"
    assert tag_topics(article("who met whom? Those who came, and those who went, know who.")) == []


def test_names_are_found_in_a_headline_in_capitals() -> None:
    text = "Nothing more was said about it."
    assert slugs(article(text, title="BUNDESBANK SEES NO REASON"))[0] == "business-economy"


def test_the_publishers_section_helps_but_proves_nothing() -> None:
    mixed = "The film about the factory opened. The company that owns the cinema said sales and profit rose."
    plain = {topic.slug: topic.score for topic in tag_topics(article(mixed))}
    helped = {topic.slug: topic.score for topic in tag_topics(article(mixed, section="Business"))}
    assert helped["business-economy"] > plain["business-economy"]
    assert tag_topics(article("Nothing of note was said here.", section="Business")) == []


def test_title_and_standfirst_weigh_more_than_the_end() -> None:
    filler = "It was a day like any other, they said, and so it went on. " * 60
    in_title = tag_topics(article(filler, title="Earthquake and aftershock"))
    at_end = tag_topics(article(filler + "An earthquake and an aftershock."))
    assert in_title[0].slug == "disasters-accidents"
    assert not at_end or in_title[0].score > at_end[0].score
    assert tag_topics(article(filler, standfirst="Earthquake and aftershock"))[0].slug == "disasters-accidents"


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Der Bundestag stimmt über das Gesetz der Regierung ab.", "world-politics"),
        ("fr", "L’entraîneur salue la victoire en coupe ; le championnat reprend samedi.", "sport"),
        ("es", "El tribunal condenó al acusado. El juez leyó la sentencia y la fiscalía recurrirá.", "law-justice"),
        ("it", "Il terremoto ha distrutto le case; i vigili del fuoco cercano ancora.", "disasters-accidents"),
        ("pt", "O banco central age: a inflação e os preços sobem.", "business-economy"),
        ("nl", "Het ziekenhuis telt meer patiënten; artsen vragen om een vaccin tegen de ziekte.", "health"),
    ],
)  # fmt: skip
def test_other_languages_have_their_own_cues(language: str, text: str, expected: str) -> None:
    assert slugs(article(text, language=language))[0] == expected


def test_a_word_of_one_language_is_no_cue_in_another() -> None:
    assert tag_topics(article("Das war so. Es war einmal, und es war gut.", language="de")) == []


@pytest.mark.parametrize("language", ["", "ja", "ar", "xx", "en-GB", "EN"])
def test_any_language_code_is_taken(language: str) -> None:
    assert isinstance(tag_topics(article("国会は予算を可決した。 البرلمان يناقش الميزانية", language=language)), list)
    if language.lower().startswith("en"):
        assert slugs(article(TARIFFS, language=language))


def test_tagging_is_the_same_every_time() -> None:
    one = article(TARIFFS, title="Valmora raises steel tariff")
    assert tag_topics(one) == tag_topics(one)


@settings(deadline=None)  # the first text in a language builds its index
@given(st.text(max_size=400), st.text(max_size=80), st.sampled_from(["en", "de", "zh", ""]))
def test_no_text_makes_it_fail(text: str, title: str, language: str) -> None:
    topics = tag_topics(article(text, title=title, language=language))
    assert len(topics) <= 6
    assert len({topic.slug for topic in topics}) == len(topics)


def test_a_huge_text_and_title_are_cut() -> None:
    late = article("and so on " * 20_000 + "striker goalkeeper midfielder " * 1_000, title="The judge and the jury")
    assert slugs(late)[0] == "law-justice"
    assert "sport" not in slugs(late)
    assert tag_topics(article("It rained.", title="so " * 1_000 + "striker goalkeeper midfielder")) == []


def test_a_topic_that_the_opening_does_not_touch_weighs_less() -> None:
    filler = "It was a day like any other, they said, and so it went on. " * 12
    about_trees = "The earthquake shook the town; an aftershock followed."
    early = {topic.slug: topic.score for topic in tag_topics(article(about_trees + "\n\n" + filler))}
    late = {topic.slug: topic.score for topic in tag_topics(article(filler + "\n\n" + about_trees))}
    assert early["disasters-accidents"] > late.get("disasters-accidents", 0.0)
    assert late.get("earthquakes-volcanoes", 0.0) < early["earthquakes-volcanoes"]


def test_a_narrower_topic_speaks_for_another_top_level_topic_too(tmp_path: Path) -> None:
    entry = '[[topic]]\nslug = "{0}"\nname = "{0}"\niptc = "{1}"\ndefinition = "{0}."\nstrong = ["{2}"]\n'
    top_level = entry.format("sea", "20000438", "tide") + entry.format("trade", "20000373", "tariff")
    harbour = entry.format("harbour", "20000343", "quay") + 'parent = "sea"\n'
    text = article("The quay, the old quay. The quay and the tide, and no other quay.", title="The quay")
    path = tmp_path / "topics.toml"
    path.write_text(top_level + harbour, encoding="utf-8")
    assert [topic.slug for topic in tag_topics(text, load_taxonomy(path))] == ["sea", "harbour"]
    path.write_text(top_level + harbour + 'also = ["trade"]\n', encoding="utf-8")
    assert [topic.slug for topic in tag_topics(text, load_taxonomy(path))] == ["sea", "trade", "harbour"]


def test_an_operators_own_taxonomy_is_used(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(
        '[[topic]]\nslug = "sea"\nname = "Sea"\niptc = "20000438"\ndefinition = "Salt water."\nstrong = ["tide"]\n'
    )
    topics = tag_topics(article("The tide rose. The tide fell."), load_taxonomy(path))
    assert [topic.slug for topic in topics] == ["sea"]

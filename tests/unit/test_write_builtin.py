"""The built-in writer keeps to the shape of a brief, to the article's words, and never fails."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Draft, DraftSentence
from nutgraf.errors import ConfigError
from nutgraf.stages.extract.assemble import article_from_text
from nutgraf.stages.write import make_writer
from nutgraf.stages.write.builtin import BuiltinWriter

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "write"
STORY = (GOLDEN / "port-arbel.txt").read_text(encoding="utf-8")


def sentences(draft: Draft) -> list[DraftSentence]:
    found = [draft.dek] if draft.dek else []
    found += draft.what_happened
    for insight in draft.insights:
        found += [insight.title, insight.explanation]
    return [*found, *draft.takeaways]


def story() -> Article:
    return article_from_text(STORY, title="Port Arbel to close its last swing bridge")


def test_writes_every_part_within_its_length() -> None:
    draft = BuiltinWriter().write(story())
    assert draft.writer == BuiltinWriter().name == "builtin/1"
    assert draft.dek is not None
    assert 10 <= len(draft.dek.text.split()) <= 25
    assert 2 <= len(draft.what_happened) <= 4
    assert 50 <= sum(len(sentence.text.split()) for sentence in draft.what_happened) <= 110
    assert draft.insights
    for insight in draft.insights:
        assert 3 <= len(insight.title.text.split()) <= 9
        assert 12 <= len(insight.explanation.text.split()) <= 40
    assert any("12 November" in sentence.text for sentence in draft.takeaways)


def test_brief_is_the_golden_one() -> None:
    draft = BuiltinWriter().write(story())
    lines = [f"{sentence.text} {list(sentence.cites)}" for sentence in sentences(draft)]
    assert lines == (GOLDEN / "port-arbel.brief.txt").read_text(encoding="utf-8").splitlines()


def test_dek_is_the_lead_without_its_dateline() -> None:
    draft = BuiltinWriter().write(story())
    assert draft.dek is not None
    assert draft.dek.text.startswith("The town of Port Arbel will close its last swing bridge next spring")
    assert draft.dek.cites == (0,)


def test_uses_no_furniture_and_no_orphans() -> None:
    for sentence in sentences(BuiltinWriter().write(story())):
        assert "newsletter" not in sentence.text
        assert not re.match(r"(He|She|It (?!is unclear)|But|However|And)\b", sentence.text)
        assert sentence.text.count("“") == sentence.text.count("”")


def test_every_word_stands_in_a_cited_sentence() -> None:
    article = story()
    for sentence in sentences(BuiltinWriter().write(article)):
        source = " ".join(article.sentence_text(index) for index in sentence.cites).lower()
        for word in re.findall(r"\w+", sentence.text.lower()):
            assert word in source, (word, sentence)


def test_introduces_people_by_their_full_names() -> None:
    article = article_from_text(
        STORY.replace(
            "said Irma Castell, the town’s chief engineer.", "said engineer Irma Castell from her office.", 1
        ),
        title="Bridge",
    )
    text = " ".join(sentence.text for sentence in sentences(BuiltinWriter().write(article)))
    if "Castell" in text:
        assert text.index("Irma Castell") <= text.index("Castell")


def test_a_flash_gives_dek_and_paragraph_only() -> None:
    flash = " ".join(STORY.split("\n\n")[0:2])
    draft = BuiltinWriter().write(article_from_text(flash, title="Bridge"))
    assert draft.dek is not None
    assert draft.insights == ()
    assert draft.takeaways == ()


def test_no_takeaway_is_invented() -> None:
    past = "\n\n".join(
        f"The {name} opened in {year} and was used by {count} people a day in the old town." * 1
        for name, year, count in zip(
            ("market", "chapel", "theatre", "library", "harbour", "school"),
            range(1901, 1907),
            range(200, 206),
            strict=True,
        )
    )
    assert BuiltinWriter().write(article_from_text(past * 2, title="Old town")).takeaways == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "“",
        "日本の首相は火曜日、東京で会見した。政府は新しい予算案を発表した。" * 20,
        "قال رئيس الوزراء يوم الثلاثاء إن الحكومة ستقدم الميزانية. وقال إن ذلك مهم.",
        "He said. " * 3000,
        "( , — “ " * 2000,
        "x" * 100_000,
    ],
)
def test_survives_odd_texts(text: str) -> None:
    article = article_from_text(text, title=text[:40])
    for sentence in sentences(BuiltinWriter().write(article)):
        assert sentence.text
        assert all(0 <= index < len(article.sentences) for index in sentence.cites)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=600), st.text(max_size=60))
def test_never_raises(text: str, title: str) -> None:
    BuiltinWriter().write(article_from_text(text, title=title))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*STORY.split(), "“", "”", ",", "—", "not", "said", "(", ")", ".", "\n\n"]), max_size=250)
)
def test_never_raises_on_shuffled_news(pieces: list[str]) -> None:
    article = article_from_text(" ".join(pieces), title="Port Arbel")
    for sentence in sentences(BuiltinWriter().write(article)):
        assert sentence.cites


def test_registry_knows_the_writer_and_refuses_others() -> None:
    assert make_writer("builtin").name == "builtin/1"
    with pytest.raises(ConfigError):
        make_writer("nobody")

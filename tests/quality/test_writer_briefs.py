"""Floors for what the built-in writer makes of the sample press: shape, tracing and coherence."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import nutgraf.sample_press
from nutgraf.domain.article import Article, ParagraphKind
from nutgraf.domain.brief import Draft
from nutgraf.stages.extract.assemble import Metadata, assemble_article
from nutgraf.stages.write.builtin import BuiltinWriter
from nutgraf.stages.write.builtin.insights import repeats_opening

_TOKEN = re.compile(r"\{(weekday|date|month|year|longdate):[+-]?\d+\}")
_VALUES = {"weekday": "Tuesday", "date": "24 October", "month": "October", "year": "2026", "longdate": "3 January 2027"}
_KINDS = {"## ": ParagraphKind.HEADING, "> ": ParagraphKind.QUOTE, "- ": ParagraphKind.LIST_ITEM}
_LEANS = re.compile(r"(He|She|They|His|Her|Their|Its|That|This|These|But|And|However|Also)\b")


def read_article(path: Path) -> Article:
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    body = _TOKEN.sub(lambda match: _VALUES[match.group(1)], body)
    blocks = []
    for block in re.split(r"\n\s*\n", body.strip()):
        kind = _KINDS.get(block[:3], _KINDS.get(block[:2], ParagraphKind.BODY))
        blocks.append((kind, re.sub(r"^(## |> |- )", "", block)))
    return assemble_article(blocks, Metadata(url="", title=tomllib.loads(front)["title"]))


def briefs() -> Iterator[tuple[Article, Draft]]:
    folder = Path(nutgraf.sample_press.__file__).parent / "articles"
    writer = BuiltinWriter()
    for path in sorted(folder.glob("*/*.md")):
        article = read_article(path)
        yield article, writer.write(article)


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Article, Draft]]:
    return list(briefs())


def test_every_article_gives_a_dek_and_a_paragraph(pairs: list[tuple[Article, Draft]]) -> None:
    assert len(pairs) >= 20
    for article, draft in pairs:
        assert draft.dek is not None, article.title
        assert len(draft.dek.text.split()) <= 25, article.title
        assert draft.what_happened, article.title
        assert sum(len(sentence.text.split()) for sentence in draft.what_happened) <= 110, article.title


def test_nearly_every_dek_has_10_words(pairs: list[tuple[Article, Draft]]) -> None:
    short = [draft.dek.text for _, draft in pairs if draft.dek and len(draft.dek.text.split()) < 10]
    assert len(short) <= 1, short


def test_few_titles_begin_as_their_explanation_does(pairs: list[tuple[Article, Draft]]) -> None:
    insights = [insight for _, draft in pairs for insight in draft.insights]
    repeated = [i for i in insights if repeats_opening(i.title.text, i.explanation.text)]
    assert len(repeated) <= 0.45 * len(insights)


def test_no_dek_insight_or_takeaway_leans_on_what_is_not_shown(pairs: list[tuple[Article, Draft]]) -> None:
    leaning = []
    for _, draft in pairs:
        alone = [draft.dek, *(i.explanation for i in draft.insights), *draft.takeaways, *draft.what_happened[:1]]
        leaning += [sentence.text for sentence in alone if sentence and _LEANS.match(sentence.text)]
    assert leaning == []


def test_words_of_titles_stand_in_their_source_sentence(pairs: list[tuple[Article, Draft]]) -> None:
    for article, draft in pairs:
        for insight in draft.insights:
            source = " ".join(article.sentence_text(index) for index in insight.title.cites).lower()
            for word in re.findall(r"\w+", insight.title.text.lower()):
                assert word in source, insight.title.text
            assert 3 <= len(insight.title.text.split()) <= 9


def test_long_english_articles_have_insights(pairs: list[tuple[Article, Draft]]) -> None:
    counts = [len(draft.insights) for article, draft in pairs if article.language == "en" and article.word_count >= 250]
    assert sum(counts) / len(counts) >= 2.0
    assert sum(count >= 1 for count in counts) / len(counts) >= 0.85

"""Every format shows every sentence, says how it is traced, and obeys nothing that stands in the text."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from nutgraf.domain.article import Article, ArticleFlag
from nutgraf.domain.brief import Brief, BriefSentence, Insight
from nutgraf.domain.evidence import Finding, Span, Verdict
from nutgraf.domain.topic import Topic
from nutgraf.outputs import FORMATS, wording
from nutgraf.stages.extract import article_from_text

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEXT = "The ferry to Holm will run again from May, the harbour board said. It stopped in 2019 for want of money."


@pytest.fixture
def article() -> Article:
    return article_from_text(
        TEXT,
        title="Ferry returns [soon]",
        publisher="Harbour Gazette",
        url="https://gazette.example/ferry",
        published_at=NOW,
    )


@pytest.fixture
def brief(article: Article) -> Brief:
    first, second = article.sentences
    supported = Finding(Verdict.SUPPORTED, 0.97, (Span(first.start, first.end),))
    weak = Finding(Verdict.WEAK, 0.6, (Span(second.start, second.end),), ("the year is not certain",))
    return Brief(
        headline=article.title,
        dek=BriefSentence("The ferry to Holm will run again from May.", supported),
        what_happened=(BriefSentence(article.sentence_text(0), supported),),
        insights=(Insight(BriefSentence("Ferry to Holm", supported), BriefSentence(article.sentence_text(1), weak)),),
        takeaways=(BriefSentence("It will run *again*\x1b[31m from May.", supported),),
        topics=(Topic("transport", "Transport", "economy", "04000000"),),
        writer="builtin/1",
        created_at=NOW,
        article_hash=article.text_hash,
        language="en",
    )


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_shows_every_part_and_the_way_out(name: str, brief: Brief, article: Article) -> None:
    text = FORMATS[name](brief, article)
    plain = " ".join(text.replace("\\", "").split())
    for expected in (
        "Harbour Gazette",
        "stopped in 2019",
        "Ferry to Holm",
        "Transport",
        "https://gazette.example/ferry",
    ):
        assert expected in plain


@pytest.mark.parametrize("name", ["terminal", "markdown"])
def test_weak_sentences_are_marked_and_counted(name: str, brief: Brief, article: Article) -> None:
    plain = " ".join(FORMATS[name](brief, article).split())
    assert "weakly supported" in plain
    assert "4 of 5 sentences traced" in plain


def test_terminal_text_holds_no_control_characters(brief: Brief, article: Article) -> None:
    text = FORMATS["terminal"](brief, article)
    assert "\x1b" not in text
    assert all(len(line) <= 78 for line in text.splitlines())


def test_markdown_escapes_what_has_a_meaning(brief: Brief, article: Article) -> None:
    text = FORMATS["markdown"](brief, article)
    assert text.startswith("# Ferry returns \\[soon\\]")
    assert "\\*again\\*" in text


def test_markdown_links_only_to_the_web(brief: Brief, article: Article) -> None:
    hostile = dataclasses.replace(article, canonical_url="javascript:alert(1)")
    assert "javascript:" not in FORMATS["markdown"](brief, hostile)


def test_json_carries_evidence_that_matches_the_text(brief: Brief, article: Article) -> None:
    value = json.loads(FORMATS["json"](brief, article))
    dek = value["dek"]
    assert dek["verdict"] == "supported"
    [evidence] = dek["evidence"]
    assert article.text[evidence["start"] : evidence["end"]] == evidence["text"]
    assert value["insights"][0]["title"]["text"] == "Ferry to Holm"
    assert (value["sentences"], value["sentences_traced"]) == (5, 4)


@pytest.mark.parametrize(("number", "expected"), [(0, "0 views"), (1, "1 view"), (2, "2 views"), (1024, "1,024 views")])
def test_counted_agrees_with_its_number(number: int, expected: str) -> None:
    assert wording.counted(number, "view") == expected


def test_traced_agrees_with_the_number_of_sentences() -> None:
    assert wording.traced(9, 9) == "9 of 9 sentences traced"
    assert wording.traced(0, 1) == "0 of 1 sentence traced"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_says_that_an_article_is_opinion(name: str, brief: Brief, article: Article) -> None:
    plain, marked = FORMATS[name](brief, article), replace(article, flags=frozenset({ArticleFlag.OPINION}))
    assert "opinion" not in plain.lower()
    assert "opinion" in FORMATS[name](brief, marked).lower()

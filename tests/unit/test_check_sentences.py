"""The checker, by kinds of fault (golden cases) and by properties that must always hold."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.domain.evidence import Verdict
from nutgraf.stages.check import check_sentences
from nutgraf.stages.extract.assemble import article_from_text

GOLDEN = tomllib.loads((Path(__file__).parent.parent / "golden" / "check" / "cases.toml").read_text(encoding="utf-8"))
ARTICLE = article_from_text(GOLDEN["article"], title="Vessel Bay", published_at=GOLDEN["published_at"])

GERMAN = article_from_text(
    "Die Werft Hagenauer baut bis 2027 zwölf Elektroschiffe für den See. Der frühere Bürgermeister Karl Ott lobte den "
    "Auftrag im Wert von 4,5 Millionen Euro, der nach seinen Worten 60 Arbeitsplätze sichert.\n\n"
    "Eine Entlassung von Mitarbeitern sei nicht geplant, sagte die Geschäftsführerin.",
    title="Werft",
)


@pytest.mark.parametrize("case", GOLDEN["case"], ids=lambda case: case["kind"])
def test_golden_cases(case: dict[str, object]) -> None:
    finding = check_sentences([str(case["sentence"])], ARTICLE)[0]

    if case["verdict"] == "not_supported":
        assert finding.verdict is not Verdict.SUPPORTED, finding
    else:
        assert finding.verdict.value == case["verdict"], finding
    if "reason" in case:
        assert str(case["reason"]) in "; ".join(finding.reasons), finding
    if "evidence" in case:
        beginnings = [ARTICLE.text[span.start : span.end] for span in finding.evidence]
        assert len(beginnings) == len(case["evidence"])  # type: ignore[arg-type]
        for text, beginning in zip(beginnings, case["evidence"], strict=True):  # type: ignore[call-overload]
            assert text.startswith(beginning)


def test_every_sentence_of_an_article_rests_on_itself() -> None:
    for article in (ARTICLE, GERMAN):
        findings = check_sentences([article.sentence_text(i) for i in range(len(article.sentences))], article)
        for sentence, finding in zip(article.sentences, findings, strict=True):
            assert finding.verdict is Verdict.SUPPORTED
            assert [(span.start, span.end) for span in finding.evidence] == [(sentence.start, sentence.end)]
            assert finding.reasons == ()


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Die Werft Hagenauer baut bis 2027 zwölf Elektroschiffe für den See.", "supported"),
        ("Der frühere Bürgermeister Karl Ott lobte den Auftrag im Wert von 4,5 Millionen Euro.", "supported"),
        ("Der Bürgermeister Karl Ott lobte den Auftrag im Wert von 4,5 Millionen Euro.", "unsupported"),
        ("Die Werft Hagenauer baut bis 2028 zwölf Elektroschiffe für den See.", "unsupported"),
        ("Eine Entlassung von Mitarbeitern sei geplant, sagte die Geschäftsführerin.", "unsupported"),
    ],
)
def test_other_languages_by_what_is_left_out(sentence: str, verdict: str) -> None:
    assert check_sentences([sentence], GERMAN)[0].verdict.value == verdict


def test_text_without_spaces_is_compared_by_character() -> None:
    article = article_from_text("東京都は来月、新しい図書館を開く。利用は無料だ。", title="図書館")
    findings = check_sentences([article.sentence_text(0), "大阪府は先週、古い橋を壊した。"], article)
    assert findings[0].verdict is Verdict.SUPPORTED
    assert findings[1].verdict is not Verdict.SUPPORTED


def test_cites_choose_between_equal_sentences_but_prove_nothing() -> None:
    article = article_from_text(
        "Mara Holt won the race in 2020.\n\nThe crowd cheered.\n\nMara Holt won the race in 2020.", title=""
    )
    cited = check_sentences(["Mara Holt won the race in 2020."], article, cites=[(2,)])[0]
    wrong = check_sentences(["Ida Holt won the race in 2020."], article, cites=[(0,)])[0]
    assert cited.evidence[0].start == article.sentences[2].start
    assert wrong.verdict is Verdict.UNSUPPORTED


def test_cites_must_match_the_sentences() -> None:
    with pytest.raises(ValueError, match="cites"):
        check_sentences(["One.", "Two."], ARTICLE, cites=[(0,)])


def test_a_sentence_too_long_to_check_is_unsupported() -> None:
    finding = check_sentences(["port " * 300], ARTICLE)[0]
    assert finding.verdict is Verdict.UNSUPPORTED
    assert finding.reasons


def test_an_article_without_sentences_supports_nothing() -> None:
    empty = article_from_text("", title="")
    assert check_sentences(["The port will close."], empty)[0].verdict is Verdict.UNSUPPORTED


def test_the_clock_plays_no_part() -> None:
    without_date = article_from_text(GOLDEN["article"], title="")
    old = article_from_text(GOLDEN["article"], title="", published_at=datetime(1999, 1, 1, tzinfo=UTC))
    sentence = ["The dockers’ union will vote on a strike on 13 March 2026."]
    assert check_sentences(sentence, ARTICLE)[0].verdict is not Verdict.UNSUPPORTED
    assert check_sentences(sentence, without_date)[0].verdict is Verdict.UNSUPPORTED
    assert check_sentences(sentence, old)[0].verdict is Verdict.UNSUPPORTED


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_gets_an_answer(sentence: str, text: str) -> None:
    article = article_from_text(text, title="")
    finding = check_sentences([sentence], article)[0]
    assert 0.0 <= finding.score <= 1.0
    starts = [span.start for span in finding.evidence]
    assert starts == sorted(starts)
    assert len(starts) <= 3
    assert finding == check_sentences([sentence], article)[0]

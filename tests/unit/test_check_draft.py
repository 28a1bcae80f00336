"""What becomes of a draft: nothing unsupported survives, and every decision is on record."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nutgraf.domain.brief import Draft, DraftInsight, DraftSentence, Outcome, Part
from nutgraf.domain.evidence import Verdict
from nutgraf.stages.check import CheckedDraft, check_draft
from nutgraf.stages.extract.assemble import article_from_text

ARTICLE = article_from_text(
    "The port of Vessel Bay will close two of its five terminals next month, its owner Marrow Shipping said. "
    "The closure will cost 340 jobs, about a third of the workforce.\n\n"
    "Former mayor Ilse Brandt called the decision “a blow to every family on the quay”.\n\n"
    "Marrow Shipping has not ruled out further closures. It said profits fell by 18% in the year to January.",
    title="Vessel Bay",
)
GOOD = "The closure will cost 340 jobs, about a third of the workforce."
BAD = "The closure will cost 430 jobs, about a third of the workforce."
INVENTED = "Zoltan Perrin of Quarndon Estates bought a yacht for $77m."


def draft(
    dek: str | None = None,
    what_happened: tuple[str, ...] = (),
    insights: tuple[tuple[str, str], ...] = (),
    takeaways: tuple[str, ...] = (),
) -> Draft:
    return Draft(
        DraftSentence(dek) if dek is not None else None,
        tuple(map(DraftSentence, what_happened)),
        tuple(DraftInsight(DraftSentence(title), DraftSentence(text)) for title, text in insights),
        tuple(map(DraftSentence, takeaways)),
        "test",
    )


def test_supported_sentences_stay_as_written() -> None:
    checked = check_draft(draft(dek=GOOD, takeaways=("Marrow Shipping has not ruled out further closures.",)), ARTICLE)
    assert checked.dek is not None
    assert checked.dek.text == GOOD
    assert [sentence.text for sentence in checked.takeaways] == ["Marrow Shipping has not ruled out further closures."]
    assert checked.withheld == ()


def test_the_nearest_source_sentence_takes_a_faulty_one_s_place() -> None:
    checked = check_draft(draft(what_happened=(BAD,)), ARTICLE)
    assert [sentence.text for sentence in checked.what_happened] == [GOOD]
    assert checked.what_happened[0].finding.verdict is Verdict.SUPPORTED
    (withheld,) = checked.withheld
    assert (withheld.part, withheld.text, withheld.outcome, withheld.replacement) == (
        Part.WHAT_HAPPENED, BAD, Outcome.REPAIRED, GOOD,
    )  # fmt: skip
    assert "“430” is not in the article" in withheld.finding.reasons


def test_a_sentence_of_the_brief_is_not_said_twice() -> None:
    checked = check_draft(draft(what_happened=(GOOD, BAD)), ARTICLE)
    assert [sentence.text for sentence in checked.what_happened] == [GOOD]
    assert [withheld.outcome for withheld in checked.withheld] == [Outcome.DROPPED]


def test_what_cannot_be_repaired_is_dropped_and_parts_may_be_empty() -> None:
    checked = check_draft(draft(dek=INVENTED, what_happened=(INVENTED,), takeaways=(INVENTED,)), ARTICLE)
    assert checked.dek is None
    assert checked.what_happened == checked.takeaways == ()
    assert {withheld.outcome for withheld in checked.withheld} == {Outcome.DROPPED}
    assert len(checked.withheld) == 3


def test_a_source_sentence_that_leans_on_another_is_no_repair() -> None:
    checked = check_draft(draft(takeaways=("It said profits fell by 19% in the year to January.",)), ARTICLE)
    assert checked.takeaways == ()


def test_an_insight_needs_its_title_and_its_explanation() -> None:
    insights = (
        ("A third of the workforce", GOOD),
        ("Zoltan Perrin buys a yacht", "Marrow Shipping has not ruled out further closures."),
        ("A blow to every family", INVENTED),
    )
    checked = check_draft(draft(insights=insights), ARTICLE)
    assert [insight.title.text for insight in checked.insights] == ["A third of the workforce"]
    assert {withheld.part for withheld in checked.withheld} == {Part.INSIGHT_TITLE, Part.INSIGHT}


def test_a_faulty_title_is_taken_from_the_explanation() -> None:
    checked = check_draft(draft(insights=(("Closure costs 430 jobs", GOOD),)), ARTICLE)
    (insight,) = checked.insights
    assert insight.title.text == "The closure will cost 340 jobs"
    assert checked.withheld[0].outcome is Outcome.REPAIRED


SENTENCES = st.sampled_from(
    [GOOD, BAD, INVENTED, "Marrow Shipping has ruled out further closures.", "Mayor Ilse Brandt spoke.", "", "…"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.none() | SENTENCES,
    st.lists(SENTENCES, max_size=3),
    st.lists(st.tuples(SENTENCES, SENTENCES), max_size=2),
    st.lists(SENTENCES, max_size=2),
)
def test_nothing_unsupported_survives(
    dek: str | None, what_happened: list[str], insights: list[tuple[str, str]], takeaways: list[str]
) -> None:
    checked = check_draft(draft(dek, tuple(what_happened), tuple(insights), tuple(takeaways)), ARTICLE)
    assert all(finding is not Verdict.UNSUPPORTED for finding in _verdicts(checked))


def _verdicts(checked: CheckedDraft) -> list[Verdict]:
    sentences = [*checked.what_happened, *checked.takeaways]
    sentences += [checked.dek] if checked.dek is not None else []
    sentences += [part for insight in checked.insights for part in (insight.title, insight.explanation)]
    return [sentence.finding.verdict for sentence in sentences]

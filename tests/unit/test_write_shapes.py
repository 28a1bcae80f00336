"""Every shape of text gives a sensible brief or an honest short one: a golden pair for each."""

from __future__ import annotations

from pathlib import Path

import pytest

import nutgraf

FOLDER = Path(__file__).parent.parent / "golden" / "write" / "shapes"
SHAPES = sorted(path.stem for path in FOLDER.glob("*.txt") if not path.name.endswith(".brief.txt"))


def article_of(shape: str) -> nutgraf.Article:
    headline, _, text = (FOLDER / f"{shape}.txt").read_text(encoding="utf-8").partition("\n\n")
    return nutgraf.article_from_text(text, title=headline)


def lines_of(brief: nutgraf.Brief) -> list[str]:
    """The brief as lines, as the golden files have them."""
    lines = ["short"] if brief.is_short else []
    lines += [f"dek: {brief.dek.text}"] if brief.dek is not None else []
    lines += [f"what happened: {sentence.text}" for sentence in brief.what_happened]
    lines += [f"insight: {insight.title.text} / {insight.explanation.text}" for insight in brief.insights]
    return lines + [f"takeaway: {sentence.text}" for sentence in brief.takeaways]


def test_has_the_shapes_that_readers_meet() -> None:
    assert len(SHAPES) >= 12


@pytest.mark.parametrize("shape", SHAPES)
def test_brief_is_the_golden_one(shape: str) -> None:
    lines = lines_of(nutgraf.write_brief(article_of(shape)))
    assert lines == (FOLDER / f"{shape}.brief.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("shape", SHAPES)
def test_no_label_result_or_appeal_reaches_the_brief(shape: str) -> None:
    said = "\n".join(lines_of(nutgraf.write_brief(article_of(shape))))
    for furniture in ("Q:", "A:", "HOST:", "HOLM:", "SOUNDBITE", "51:40", "Stahl", "Press contact", "sign up", "21:40"):
        assert furniture not in said


@pytest.mark.parametrize("shape", ["flash", "transcript", "results"])
def test_a_short_piece_says_that_it_is_short(shape: str) -> None:
    assert nutgraf.write_brief(article_of(shape)).is_short

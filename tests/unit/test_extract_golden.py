"""Pages of several kinds beside what is to be read from them: tests/golden/extract/NAME.html and NAME.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nutgraf.domain.article import Article
from nutgraf.stages.extract import extract_article

GOLDEN = Path(__file__).parents[1] / "golden" / "extract"


def as_golden(article: Article) -> dict[str, Any]:
    """What the golden files hold of an article."""
    return {
        "title": article.title,
        "publisher": article.publisher,
        "byline": article.byline,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "updated_at": article.updated_at.isoformat() if article.updated_at else None,
        "language": article.language,
        "canonical_url": article.canonical_url,
        "lead_image_url": article.lead_image_url,
        "standfirst": article.standfirst,
        "section": article.section,
        "flags": sorted(flag.value for flag in article.flags),
        "paragraphs": [[p.kind.value, article.text[p.start : p.end]] for p in article.paragraphs],
    }


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.html")))
def test_golden_page(name: str) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    article = extract_article((GOLDEN / f"{name}.html").read_bytes(), url=expected.pop("url"))
    assert as_golden(article) == expected


def test_every_golden_page_has_its_expectation() -> None:
    assert {path.stem for path in GOLDEN.glob("*.html")} == {path.stem for path in GOLDEN.glob("*.json")}

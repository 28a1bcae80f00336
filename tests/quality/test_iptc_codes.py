"""Every topic's IPTC code is one of the published Media Topics, still in use, and fits the topic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nutgraf.stages.tag import load_taxonomy

MEDIA_TOPICS = Path(__file__).parents[3] / "shared" / "data" / "iptc-mediatopics.json"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not MEDIA_TOPICS.exists(), reason="the measuring data is not there"),
]

TOP_LEVEL_ELSEWHERE = {"technology", "weather"}
"""Ours stands on another level than IPTC's: technology is a branch of their science, weather a top topic of theirs."""


LIKE_IN_MEANING_ONLY = {"aviation", "cars", "space", "tournaments", "parliament", "town-country"}
"""Their concepts: air transport, automotive, astronomy, sport event, legislative body, communities."""


@pytest.fixture(scope="module")
def concepts() -> dict[str, dict[str, Any]]:
    published = json.loads(MEDIA_TOPICS.read_text(encoding="utf-8"))
    return {concept["qcode"].partition(":")[2]: concept for concept in published["conceptSet"]}


def test_codes_exist_and_are_in_use(concepts: dict[str, dict[str, Any]]) -> None:
    topics = load_taxonomy().topics.values()
    assert [topic.slug for topic in topics if topic.iptc not in concepts] == []
    assert [topic.slug for topic in topics if concepts[topic.iptc].get("retired")] == []


def test_top_level_topics_have_top_level_codes(concepts: dict[str, dict[str, Any]]) -> None:
    for topic in load_taxonomy().topics.values():
        if topic.slug not in TOP_LEVEL_ELSEWHERE:
            assert bool(concepts[topic.iptc].get("broader")) == bool(topic.parent), topic.slug


def test_definitions_are_in_our_own_words(concepts: dict[str, dict[str, Any]]) -> None:
    theirs = {
        text.casefold().rstrip(".") for concept in concepts.values() for text in concept.get("definition", {}).values()
    }
    topics = load_taxonomy().topics.values()
    assert [topic.slug for topic in topics if topic.definition.casefold().rstrip(".") in theirs] == []


def test_codes_fit_their_topics(concepts: dict[str, dict[str, Any]]) -> None:
    """Name, slug or definition shares a word (by its first four letters) with the concept's or its broader one's."""
    unlike = set()
    for topic in load_taxonomy().topics.values():
        concept = concepts[topic.iptc]
        near = [concept, *(concepts[uri.rpartition("/")[2]] for uri in concept.get("broader", []))]
        theirs = " ".join(text for one in near for key in ("prefLabel", "definition") for text in one[key].values())
        ours = f"{topic.name} {topic.slug} {topic.definition}"
        if not _beginnings(ours) & _beginnings(theirs):
            unlike.add(topic.slug)
    assert unlike == LIKE_IN_MEANING_ONLY


def _beginnings(text: str) -> set[str]:
    words = "".join(char if char.isalpha() else " " for char in text.casefold()).split()
    return {word[:4] for word in words if len(word) > 3} - {"that", "what", "with", "from", "their", "they", "thei"}

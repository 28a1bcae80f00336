"""The taxonomy's file: what is shipped holds together, and a mistake is reported with the entry it is in."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

import nutgraf
from nutgraf.errors import ConfigError
from nutgraf.pipeline.tasks import brief
from nutgraf.stages.tag import load_taxonomy

SEA = """
[[topic]]
slug = "sea"
name = "Sea"
iptc = "20000438"
definition = "Salt water."
strong = ["tide"]
"""
HARBOUR = """
[[topic]]
slug = "harbour"
name = "Harbour"
iptc = "20000343"
parent = "sea"
definition = "Where ships rest."
cues = ["quay"]
"""

MOLE = """
[[topic]]
slug = "mole"
name = "Mole"
iptc = "20000303"
parent = "harbour"
definition = "A wall against the sea."
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "topics.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_taxonomy_has_two_levels_in_readers_words() -> None:
    taxonomy = load_taxonomy()
    top_level = taxonomy.children("")
    assert 12 <= len(top_level) <= 20
    assert len(taxonomy.topics) >= 135
    assert all(taxonomy.children(topic.slug) for topic in top_level)
    assert {"World & Politics", "Diplomacy", "Human Rights", "Trade & Tariffs"} <= {
        topic.name for topic in taxonomy.topics.values()
    }
    assert all(topic.definition.endswith(".") and topic.score == 1.0 for topic in taxonomy.topics.values())


def test_every_shipped_topic_has_enough_cues() -> None:
    taxonomy = load_taxonomy()
    for slug, topic in taxonomy.topics.items():
        languages = {cue.language for cue in taxonomy.cues if cue.topic == slug}
        cues = sum(1 for cue in taxonomy.cues if cue.topic == slug)
        assert cues >= 6, slug
        if not topic.parent:
            assert {"en", "de", "fr", "es", "it", "pt", "nl"} <= languages, slug


def test_no_shipped_phrase_is_both_a_cue_and_ignored() -> None:
    taxonomy = load_taxonomy()
    ignored = {cue.words for cue in taxonomy.cues if not cue.topic}
    assert not [cue.words for cue in taxonomy.cues if cue.topic and cue.words in ignored]


def test_children_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    taxonomy = load_taxonomy(written(tmp_path, SEA + HARBOUR))
    assert [topic.slug for topic in taxonomy.children("sea")] == ["harbour"]
    assert [topic.slug for topic in taxonomy.children("")] == ["sea"]
    assert taxonomy.children("nowhere") == ()


@pytest.mark.parametrize(
    ("text", "entry", "complaint"),
    [
        (SEA + SEA, "sea", "taken already"),
        (SEA + HARBOUR.replace('"Harbour"', '"sea"'), "harbour", "is the name of"),
        (SEA + HARBOUR.replace("20000343", "20000438"), "harbour", "is the IPTC code of"),
        (SEA + HARBOUR.replace("20000343", "medtop:20000343"), "harbour", "no IPTC code"),
        (HARBOUR + SEA, "harbour", "does not stand above it"),
        (SEA + HARBOUR + MOLE, "mole", "not a top-level"),
        (SEA.replace("sea", "Sea Side"), "Sea Side", "lower-case letters"),
        (SEA.replace("definition", "# "), "sea", "“definition” is missing"),
        (SEA.replace("strong", "strongly"), "sea", "unknown key “strongly”"),
        (SEA.replace('["tide"]', '"tide"'), "sea", "not a list of texts"),
        (SEA.replace('["tide"]', '["tide", "tide"]'), "sea", "twice"),
        (SEA.replace("tide", "spring tide*"), "sea", "may only end one word"),
        (SEA.replace("tide", "--"), "sea", "one to 6 words"),
        (SEA + HARBOUR.replace("cues", 'also = ["sea"]\ncues'), "harbour", "not another top-level topic"),
        (SEA + HARBOUR.replace("cues", 'also = ["air"]\ncues'), "harbour", "“air” in “also” is not another"),
        (SEA.replace("strong", 'also = ["sea"]\nstrong'), "sea", "only a narrower topic"),
        (SEA + "[topic.other_languages]\ngerman = ['Meer']\n", "sea", "no code of another language"),
    ],
)
def test_a_mistake_is_reported_with_its_entry(tmp_path: Path, text: str, entry: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_taxonomy(written(tmp_path, text))
    assert f"“{entry}”" in caught.value.message
    assert complaint in caught.value.message


def test_a_mistake_is_reported_with_the_line_of_its_entry(tmp_path: Path) -> None:
    text = "# Topics\n" + SEA + HARBOUR.replace("20000343", "343")
    line = 1 + text.splitlines().index("[[topic]]", text.splitlines().index("[[topic]]") + 1)
    with pytest.raises(ConfigError, match=rf"topics\.toml, line {line}, topic “harbour”"):
        load_taxonomy(written(tmp_path, text))


def test_a_mistake_is_reported_without_a_line_where_entries_are_laid_out_in_another_way(tmp_path: Path) -> None:
    inline = "topic = [{slug = 'sea', name = 'Sea'}]"
    with pytest.raises(ConfigError, match=r"topics\.toml, topic “sea”: “iptc” is missing"):
        load_taxonomy(written(tmp_path, inline))


@pytest.mark.parametrize("text", ["", "topic = 3", "[[topic]\n", "ignored = []\n" + SEA])
def test_a_file_that_is_no_taxonomy_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"topics\.toml"):
        load_taxonomy(written(tmp_path, text))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_taxonomy(tmp_path / "missing.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_taxonomy(tmp_path / "bytes.toml")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = written(tmp_path, SEA)
    first = load_taxonomy(path)
    assert load_taxonomy(path) is first
    written(tmp_path, SEA + HARBOUR)
    os.utime(path, ns=(1, 1))
    assert "harbour" in load_taxonomy(path).topics


def test_an_article_waits_while_a_running_services_taxonomy_is_spoilt(tmp_path: Path) -> None:
    article = nutgraf.article_from_text(
        "The tide rose by a metre on Monday, the harbour office said.", title="Tide rises"
    )
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert [topic.slug for topic in brief(article, now, str(written(tmp_path, SEA))).topics] == ["sea"]
    spoilt = written(tmp_path, SEA.replace("strong", "strongly"))
    with pytest.raises(ConfigError) as caught:
        brief(article, now, str(spoilt))
    assert caught.value.retryable
    assert caught.value.code == "taxonomy"

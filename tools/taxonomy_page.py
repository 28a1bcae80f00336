"""Make docs/reference/taxonomy.md from the shipped taxonomy: `python tools/taxonomy_page.py`."""

from __future__ import annotations

from pathlib import Path

from nutgraf.domain.topic import Topic
from nutgraf.stages.tag import load_taxonomy

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "taxonomy.md"

HEAD = """# Topics

Made by `tools/taxonomy_page.py` from `src/nutgraf/data/taxonomy.toml`; a test keeps the two equal.

Every brief gets three to six of these topics where its article carries them: one or two top-level topics, the rest
narrower. A topic is only given for words in the article; the head of the file says how those words are written.
For a taxonomy of your own, copy the file, change it, and name the copy in the setting `topics.taxonomy`; a mistake
in it is reported with the entry it is in.

The codes are those of the [IPTC Media Topics](https://iptc.org/standards/media-topics/) that fit best, for exchange
with other systems; names and definitions are Nutgraf's own.
"""


def taxonomy_page() -> str:
    """The page as Markdown text."""
    taxonomy = load_taxonomy()
    narrower_count = sum(1 for topic in taxonomy.topics.values() if topic.parent)
    top_level = taxonomy.children("")
    lines = [HEAD, f"There are {len(top_level)} top-level topics and {narrower_count} narrower ones.", ""]
    for topic in top_level:
        lines += [f"## {topic.name}", "", f"{topic.definition} `{topic.slug}`, IPTC {topic.iptc}.", ""]
        lines += ["| topic | what it is | slug | IPTC |", "| --- | --- | --- | --- |"]
        lines += [_row(child) for child in taxonomy.children(topic.slug)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(topic: Topic) -> str:
    return f"| {topic.name} | {topic.definition} | `{topic.slug}` | {topic.iptc} |"


if __name__ == "__main__":
    PAGE.write_text(taxonomy_page(), encoding="utf-8")
    print(f"wrote {PAGE.name}")

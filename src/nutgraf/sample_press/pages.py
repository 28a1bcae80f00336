"""The HTML pages of the press: one frame, one article template per publisher, so that no two are built alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nutgraf.sample_press.dates import format_moment
from nutgraf.sample_press.library import FOLDER, Block, Publisher
from nutgraf.sample_press.stories import Story

_MAX_RELATED = 3


class PageSetter:
    """Sets pages with addresses under `base_url` (without a trailing slash)."""

    def __init__(self, publishers: Sequence[Publisher], *, base_url: str) -> None:
        self._publishers = publishers
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(base_url=base_url, format_moment=format_moment)
        self._environment.filters["parts"] = split_at_crossheads

    def set_index(self) -> str:
        """The page that lists all publishers."""
        return self._render("index.html", publishers=self._publishers)

    def set_front(self, publisher: Publisher, stories: Sequence[Story], *, section: str = "") -> str:
        """A publisher's home page, or the page of one section, over its own `stories`."""
        shown = [story for story in stories if not section or story.section == section]
        return self._render("front.html", publisher=publisher, all_stories=stories, stories=shown, section=section)

    def set_article(self, story: Story, stories: Sequence[Story]) -> str:
        """An article's page; `stories` are the publisher's own, for navigation and related links."""
        publisher = story.publisher
        others = [other for other in stories if other.path != story.path]
        others.sort(key=lambda other: other.section != story.section)
        return self._render(
            f"articles/{publisher.slug}.html",
            publisher=publisher,
            all_stories=stories,
            story=story,
            related=others[:_MAX_RELATED],
            linked_data=self._linked_data(story),
        )

    def set_not_found(self, publisher: Publisher | None, stories: Sequence[Story]) -> str:
        """The page for an address at which there is nothing."""
        if publisher is None:
            return self._render("not_found_anywhere.html")
        return self._render("not_found.html", publisher=publisher, all_stories=stories)

    def _render(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)

    def _linked_data(self, story: Story) -> dict[str, Any]:
        """schema.org NewsArticle of a story."""
        base_url = self._environment.globals["base_url"]
        url = f"{base_url}{story.path}"
        publisher = story.publisher
        data: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "mainEntityOfPage": {"@type": "WebPage", "@id": url},
            "url": url,
            "headline": story.title,
            "description": story.standfirst,
            "inLanguage": publisher.language,
            "articleSection": story.section,
            "datePublished": story.published_at.isoformat(),
            "dateModified": story.updated_at.isoformat(),
            "author": [{"@type": "Person", "name": story.byline}],
            "image": [f"{base_url}{story.image_path}"],
            "isAccessibleForFree": True,
            "publisher": {
                "@type": "NewsMediaOrganization",
                "name": publisher.name,
                "url": f"{base_url}/{publisher.slug}/",
                "logo": {"@type": "ImageObject", "url": f"{base_url}/{publisher.slug}/img/logo.png"},
            },
        }
        if story.correction_note:
            data["correction"] = story.correction_note
        return data


def split_at_crossheads(blocks: Iterable[Block]) -> list[list[Block]]:
    """The blocks in parts, each part but the first beginning with its crosshead."""
    parts: list[list[Block]] = [[]]
    for block in blocks:
        if block.kind == "crosshead":
            parts.append([])
        parts[-1].append(block)
    return parts

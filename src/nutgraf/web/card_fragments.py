"""The markup of cards, kept under all that it is made of: lists show the same cards again and again."""

from __future__ import annotations

from datetime import date, datetime

import jinja2
from markupsafe import Markup

from nutgraf.domain.records import BriefCard
from nutgraf.web import wording
from nutgraf.web.kept import Kept

FRAGMENTS_KEPT = 1_000
"""A fragment is one or two kilobytes."""

_Key = tuple[BriefCard, tuple[BriefCard, ...], str, bool, str, date]


class CardFragments:
    """Makes the markup of one card. Of the time it says the age of the brief and whether it was changed today."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self._environment = environment
        self._kept: Kept[_Key, Markup] = Kept(FRAGMENTS_KEPT)

    def __call__(
        self, card: BriefCard, now: datetime, path: str, is_lead: bool, others: tuple[BriefCard, ...]
    ) -> Markup:
        """The card as it is now on the page at `path`, with `others` of the same story named below it."""
        key = (card, others, path, is_lead, wording.age(card.published_at, now), now.date())
        fragment = self._kept.get(key)
        if fragment is None:
            template = self._environment.get_template("parts/full_card.html")
            fragment = Markup(  # noqa: S704 - a template's output, escaped already
                template.render(card=card, now=now, path=path, is_lead=is_lead, others=others)
            )
            self._kept.keep(key, fragment)
        return fragment

"""How a reader likes pages to be."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class TextSize(enum.StrEnum):
    """How large all text is."""

    SMALL = "small"
    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


class Measure(enum.StrEnum):
    """How long the lines of a brief are."""

    NARROW = "narrow"
    NORMAL = "normal"
    WIDE = "wide"


class Theme(enum.StrEnum):
    """Light or dark; AUTO goes with the reader's device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class ListView(enum.StrEnum):
    """What lists show of a brief."""

    CARDS = "cards"
    HEADLINES = "headlines"


@dataclass(frozen=True, slots=True)
class Appearance:
    """A reader's choices. `has_keys`: single keys do things (WCAG 2.1.4 asks that they can be turned off)."""

    text_size: TextSize = TextSize.NORMAL
    measure: Measure = Measure.NORMAL
    theme: Theme = Theme.AUTO
    list_view: ListView = ListView.CARDS
    has_keys: bool = True

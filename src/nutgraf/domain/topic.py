"""A subject of the two-level taxonomy, in a reader's words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. `parent` is the slug of its top-level topic, empty for a top-level one.

    `iptc` is the IPTC Media Topic code (as in `medtop:11000000`, the digits only); `score` is 0..1 where the topic
    was given to an article, else 1.
    """

    slug: str
    name: str
    parent: str
    iptc: str
    definition: str = ""
    score: float = 1.0

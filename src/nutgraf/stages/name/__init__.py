"""An Article and the brief of it to the people, places and organisations that the brief names.

`known` reads the lists written for this, `spans` finds capitalised spans and the names of the lists in a text, `people`
and `organisations` decide which spans are theirs, `find` puts them together and keeps what the brief names.
"""

from __future__ import annotations

from nutgraf.stages.name.find import MAX_ENTITIES, find_entities

__all__ = ["MAX_ENTITIES", "find_entities"]

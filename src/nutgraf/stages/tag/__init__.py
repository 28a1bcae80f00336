"""An Article to topics of the taxonomy.

`taxonomy` reads and checks the file of topics and their cues, `cues` finds the cues in a text in one pass, `scoring`
turns what was found into a short list of topics.
"""

from __future__ import annotations

from nutgraf.stages.tag.scoring import tag_topics
from nutgraf.stages.tag.taxonomy import Taxonomy, load_taxonomy

__all__ = ["Taxonomy", "load_taxonomy", "tag_topics"]

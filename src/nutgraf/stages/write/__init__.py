"""An Article to a Draft, by any writer that needs no network; a new one is one folder and one line in WRITERS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from nutgraf.domain.article import Article
from nutgraf.domain.brief import Draft
from nutgraf.errors import ConfigError
from nutgraf.stages.write.builtin import BuiltinWriter


class PureWriter(Protocol):
    """The shape of `ports.Writer`, which a stage may not import."""

    @property
    def name(self) -> str:
        """Name and version, as stored with each brief."""
        ...

    def write(self, article: Article) -> Draft:
        """A draft whose sentences cite the article's sentences."""
        ...


WRITERS: Mapping[str, Callable[[], PureWriter]] = {"builtin": BuiltinWriter}


def make_writer(name: str = "builtin") -> PureWriter:
    """The writer registered as `name`. Raises ConfigError for any other name."""
    factory = WRITERS.get(name)
    if factory is None:
        raise ConfigError(f"There is no writer called {name!r}; there is: {', '.join(sorted(WRITERS))}.")
    return factory()

"""A language model as a plain writer, for programs that have no event loop: `nutgraf.ModelWriter`."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self

from nutgraf.adapters.queue.inline import InlineStageRunner
from nutgraf.domain.article import Article
from nutgraf.domain.brief import Draft
from nutgraf.domain.writing_style import LANGUAGES, Length, Tone, WritingStyle
from nutgraf.errors import ConfigError
from nutgraf.pipeline import model_writing
from nutgraf.pipeline.work import TASKS
from nutgraf.ports import LanguageModel

WRITER_NAME = "model/1"


class ModelWriter:
    """A `Writer` that asks `model`; a context manager, whose end closes the model.

    Calls run in an event loop of its own in another thread, so that it can be used with and without one. `language` is
    that of the briefs (ISO 639-1; empty: each article's own), `tone` plain, formal or lively, `length` short, standard
    or full. Raises ConfigError for others.
    """

    def __init__(
        self, model: LanguageModel, *, language: str = "", tone: str = "plain", length: str = "standard"
    ) -> None:
        if language and language not in LANGUAGES:
            raise ConfigError(f"Briefs cannot be asked for in {language!r}; in: {', '.join(LANGUAGES)}.")
        try:
            style = WritingStyle(language, Tone(tone), Length(length))
        except ValueError as error:
            raise ConfigError(f"There is no such style: {error}.") from None
        self._writer = model_writing.ModelWriter(model=model, stages=InlineStageRunner(TASKS), style=style)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nutgraf-model", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """Name and version, as in each brief."""
        return WRITER_NAME

    def write(self, article: Article) -> Draft:
        """The model's draft; an empty one where it gave nothing usable, which then gives way to the built-in writer.

        Raises ModelError where the model cannot be asked.
        """
        drafted = asyncio.run_coroutine_threadsafe(self._writer.draft(article), self._loop).result()
        if drafted.error is not None:
            raise drafted.error
        return drafted.draft or Draft(None, (), (), (), WRITER_NAME, model=self._writer.name)

    def close(self) -> None:
        """Close the model and end the thread. Idempotent."""
        if not self._loop.is_running():
            return
        asyncio.run_coroutine_threadsafe(self._writer.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""All of the store behind one port."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from nutgraf.ports.desk import DeskStore, OperatorStore, PromptStore
from nutgraf.ports.models import ModelStore
from nutgraf.ports.reading import AccountStore, AppearanceStore, BriefStore, EntityStore, MarkStore, SearchStore
from nutgraf.ports.sources import ArticleStore, FeedStore, HubStore, PictureStore
from nutgraf.ports.work import WorkerStore


class Store(
    FeedStore,
    ArticleStore,
    BriefStore,
    SearchStore,
    AccountStore,
    DeskStore,
    OperatorStore,
    PictureStore,
    HubStore,
    MarkStore,
    AppearanceStore,
    ModelStore,
    WorkerStore,
    EntityStore,
    PromptStore,
    Protocol,
):
    """All of it; safe to call from several threads at once."""

    def migrate(self) -> None:
        """Bring the schema to this version; refuses a newer one. Raises StoreError."""
        ...

    def one_moment(self) -> AbstractContextManager[None]:
        """Until the block ends, all that this thread reads is as of one moment; a write of its own begins another."""
        ...

    def ping(self) -> None:
        """Raises StoreError where the database does not answer."""
        ...

    def close(self) -> None:
        """Release connections. Idempotent."""
        ...

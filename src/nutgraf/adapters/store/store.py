"""The whole store: every port of `Store` on one database."""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlalchemy import text

from nutgraf.adapters.store import schema
from nutgraf.adapters.store.accounts import SqlAccounts
from nutgraf.adapters.store.answers import SqlAnswers
from nutgraf.adapters.store.appearances import SqlAppearances
from nutgraf.adapters.store.articles import SqlArticles
from nutgraf.adapters.store.batches import SqlBatches
from nutgraf.adapters.store.briefs import SqlBriefWriting
from nutgraf.adapters.store.corrections import SqlCorrections
from nutgraf.adapters.store.engine import Database
from nutgraf.adapters.store.entities import SqlEntities
from nutgraf.adapters.store.feeds import SqlFeeds
from nutgraf.adapters.store.hubs import SqlHubs
from nutgraf.adapters.store.ledger import SqlLedger
from nutgraf.adapters.store.marks import SqlMarks
from nutgraf.adapters.store.operating import SqlOperating
from nutgraf.adapters.store.pages import SqlBriefs
from nutgraf.adapters.store.pictures import SqlPictures
from nutgraf.adapters.store.polls import SqlPolls
from nutgraf.adapters.store.prompts import SqlPrompts
from nutgraf.adapters.store.reader_data import SqlReaderData
from nutgraf.adapters.store.reports import SqlReports
from nutgraf.adapters.store.retention import SqlRetention
from nutgraf.adapters.store.revisions import SqlRevisions
from nutgraf.adapters.store.searching import SqlSearching
from nutgraf.adapters.store.spending import SqlSpending
from nutgraf.adapters.store.wishes import SqlWishes
from nutgraf.adapters.store.workers import SqlWorkers
from nutgraf.ports import Store


class SqlStore(
    SqlFeeds,
    SqlPolls,
    SqlArticles,
    SqlRevisions,
    SqlBriefWriting,
    SqlBriefs,
    SqlSearching,
    SqlAccounts,
    SqlReaderData,
    SqlReports,
    SqlCorrections,
    SqlLedger,
    SqlOperating,
    SqlRetention,
    SqlPictures,
    SqlMarks,
    SqlAppearances,
    SqlEntities,
    SqlPrompts,
    SqlHubs,
    SqlSpending,
    SqlAnswers,
    SqlWishes,
    SqlBatches,
    SqlWorkers,
    Store,
):
    """Nutgraf's tables in SQLite or PostgreSQL. Safe to call from several threads at once."""

    def migrate(self) -> None:
        """Bring the schema to this version; refuses a newer one. Raises StoreError."""
        schema.migrate(self._database)

    def ping(self) -> None:
        """Raises StoreError where the database does not answer."""
        self._database.read(lambda connection: connection.execute(text("SELECT 1")).scalar())

    def one_moment(self) -> AbstractContextManager[None]:
        """Until the block ends, all that this thread reads is as of one moment; a write of its own begins another."""
        return self._database.one_moment()

    def close(self) -> None:
        """Release connections. Idempotent."""
        self._database.close()


def open_store(url: str) -> SqlStore:
    """The store at `url` (sqlite:////folder/file.db or postgresql://…); call `migrate` before anything else.

    Makes a missing SQLite file and its folder, readable by their owner only. Raises ConfigError for an address that
    names no such database.
    """
    return SqlStore(Database(url))

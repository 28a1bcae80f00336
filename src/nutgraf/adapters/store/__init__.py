"""Storage on SQLite and PostgreSQL through SQLAlchemy Core."""

from nutgraf.adapters.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]

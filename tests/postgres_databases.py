"""Databases on the PostgreSQL server of the tests."""

from __future__ import annotations


def database_url(server_url: str, name: str) -> str:
    """The address of another database of a server."""
    return server_url.replace("/postgres?", f"/{name}?")


def run_sql(url: str, *statements: str) -> None:
    """Run each statement by itself, outside of a transaction."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)

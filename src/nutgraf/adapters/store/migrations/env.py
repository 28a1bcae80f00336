"""Alembic's environment: runs the migrations on the connection and in the transaction it is given.

To make a revision see docs/decisions/0003-store.md.
"""

from __future__ import annotations

from alembic import context

from nutgraf.adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()

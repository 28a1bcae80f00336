"""The one history of the schema, for SQLite and PostgreSQL alike; applied by nutgraf.adapters.store.schema."""

"""Storage on SQLite and PostgreSQL through SQLAlchemy Core."""

"""Backups: one file that holds a whole store as it was at one moment, for either kind of database.

A zip archive. `tables/NAME/000001.jsonl` and so on are a table's rows as `table_rows` writes them; `manifest.json`
comes last and says the schema's revision, the time, and each table's rows, digest and parts. Nothing of an archive is
written to disk under a name from it; what does not fit the manifest or the bounds is refused before the target is
touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from nutgraf import __version__
from nutgraf.adapters.store import schema
from nutgraf.adapters.store.copying import (
    Progress,
    TableSum,
    begin_copy,
    chunks,
    end_copy,
    read_sequences,
    set_sequences,
)
from nutgraf.adapters.store.engine import Database
from nutgraf.adapters.store.table_rows import CopiedTable, copied_tables
from nutgraf.errors import StoreError

FORMAT = "nutgraf-backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"

MAX_PART_BYTES = 128_000_000
"""Of one part, inflated: a portion of rows (4 MB) and the largest row that a store takes."""
MAX_MANIFEST_BYTES = 50_000_000
MAX_PARTS = 1_000_000
_COMPRESSION_LEVEL = 3

_PART_NAME = re.compile(r"tables/[a-z_]{1,64}/[0-9]{6,9}\.jsonl")


@dataclass(frozen=True, slots=True)
class BackupContents:
    """What an archive says of itself. `parts` are the archive's members of each table, in order."""

    revision: str
    made_at: datetime
    version: str
    sequences: dict[str, int]
    tables: dict[str, TableSum]
    columns: dict[str, tuple[str, ...]]
    parts: dict[str, tuple[str, ...]]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())


def write_backup(source: Database, path: Path, *, progress: Progress) -> BackupContents:
    """Write everything `source` holds now to the new file `path`, whole or not at all; others may go on writing.

    Raises StoreError (`file_exists`, `backup_failed`, what the database raises).
    """
    if path.exists():
        raise StoreError(f"{path} is there already: name another file.", code="file_exists")
    partial_path = path.with_name(f"{path.name}.partial")
    try:
        with open(os.open(partial_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION_LEVEL) as archive:
                contents = _write_tables(source, archive, progress)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial_path, path)  # unlike a rename never over a file that came to be there meanwhile
    except FileExistsError:
        raise StoreError(f"{path} is there already: name another file.", code="file_exists") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.", code="backup_failed") from None
    finally:
        partial_path.unlink(missing_ok=True)
    return contents


def read_backup(path: Path) -> BackupContents:
    """What the archive says it holds, every part of it read and found as it says. Raises StoreError (`bad_backup`)."""
    with _opened(path) as archive:
        contents = _read_manifest(archive)
        for name, table in contents.tables.items():
            digest, rows = hashlib.sha256(), 0
            for part in contents.parts[name]:
                data = _read_part(archive, part)
                digest.update(data)
                rows += data.count(b"\n")
            if TableSum(rows, digest.hexdigest()) != table:
                raise _bad(f"the rows of {name} are not those that were backed up")
        return contents


def restore_backup(
    path: Path, contents: BackupContents, target: Database, *, progress: Progress, starts_over: bool = False
) -> None:
    """Fill the new database `target` with what `read_backup` found and bring it to this version's schema.

    Raises StoreError: `bad_backup`, `schema_newer`, `copy_target_used`, `copy_differs`, what the database raises.
    """
    schema.require_known(contents.revision)
    begin_copy(target, revision=contents.revision, starts_over=starts_over)
    tables = {table.name: table for table in target.read(copied_tables)}
    for name in contents.tables:
        if name not in tables or tables[name].columns != contents.columns[name]:
            raise _bad(f"it has no table {name} of schema {contents.revision}")
    with _opened(path) as archive:
        for name in (name for name in tables if name in contents.tables):
            _restore_table(archive, contents.parts[name], tables[name], target, progress)
    target.load(partial(set_sequences, sequences=contents.sequences))
    end_copy(target, contents.tables, revision=contents.revision)
    schema.migrate(target)


def _restore_table(
    archive: zipfile.ZipFile, parts: tuple[str, ...], table: CopiedTable, target: Database, progress: Progress
) -> None:
    """Insert the rows of these parts; those that an unfinished restore has inserted are passed over."""
    done = target.read(table.count)
    progress(done)
    for part in parts:
        lines = _read_part(archive, part).splitlines(keepends=True)
        passed_over = min(done, len(lines))
        done -= passed_over
        for chunk in chunks(lines[passed_over:]):
            try:
                target.load(partial(table.insert, lines=chunk))
            except (ValueError, TypeError, KeyError) as error:
                raise _bad(f"a row of {table.name} cannot be read ({error})") from None
            progress(len(chunk))


def _write_tables(source: Database, archive: zipfile.ZipFile, progress: Progress) -> BackupContents:
    tables: dict[str, TableSum] = {}
    parts: dict[str, tuple[str, ...]] = {}
    with source.snapshot() as connection:
        revision = schema.stored_revision(connection) or ""
        copied = copied_tables(None if revision == schema.HEAD_REVISION else connection)
        for table in copied:
            digest, rows, names = hashlib.sha256(), 0, []
            for number, chunk in enumerate(chunks(table.lines(connection)), start=1):
                data = b"".join(chunk)
                names.append(f"tables/{table.name}/{number:06}.jsonl")
                archive.writestr(names[-1], data)
                digest.update(data)
                rows += len(chunk)
                progress(len(chunk))
            tables[table.name] = TableSum(rows, digest.hexdigest())
            parts[table.name] = tuple(names)
        contents = BackupContents(
            revision=revision,
            made_at=datetime.now(UTC),
            version=__version__,
            sequences=read_sequences(connection),
            tables=tables,
            columns={table.name: table.columns for table in copied},
            parts=parts,
        )
    archive.writestr(MANIFEST, json.dumps(_manifest(contents), indent=1))
    return contents


def _manifest(contents: BackupContents) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "schema": contents.revision,
        "made_at": contents.made_at.isoformat(),
        "nutgraf": contents.version,
        "sequences": contents.sequences,
        "tables": {
            name: {
                "rows": table.rows,
                "sha256": table.sha256,
                "columns": contents.columns[name],
                "parts": contents.parts[name],
            }
            for name, table in contents.tables.items()
        },
    }


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, its members within bounds. Whatever is wrong with it is StoreError(`bad_backup`)."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_PARTS or len({member.filename for member in members}) != len(members):
                raise _bad("it has too many parts, or two of one name")
            for member in members:
                _check_member(member)
            yield archive
    except FileNotFoundError:
        raise StoreError(f"There is no file {path}.", code="bad_backup") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _bad(f"it is damaged ({error})") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}.", code="bad_backup") from None


def _check_member(member: zipfile.ZipInfo) -> None:
    is_link_or_folder = member.is_dir() or (member.external_attr >> 16) & 0o170000 not in (0, 0o100000)
    if member.filename != MANIFEST and not _PART_NAME.fullmatch(member.filename):
        raise _bad(f"it has a part of a name that no backup has ({member.filename[:80]!r})")
    if is_link_or_folder or member.flag_bits & 1:
        raise _bad(f"{member.filename} is not a plain file")
    if member.file_size > (MAX_MANIFEST_BYTES if member.filename == MANIFEST else MAX_PART_BYTES):
        raise _bad(f"{member.filename} is too large")


def _read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part, inflated; no more is read than its entry says, which has been found small enough."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise _bad(f"{name} is missing") from None
    with archive.open(member) as file:
        data = file.read(member.file_size + 1)
    if len(data) != member.file_size or (data and not data.endswith(b"\n") and name != MANIFEST):
        raise _bad(f"{name} is not as long as it says")
    return data


def _read_manifest(archive: zipfile.ZipFile) -> BackupContents:
    try:
        value = json.loads(_read_part(archive, MANIFEST))
        if value["format"] != FORMAT or value["format_version"] != FORMAT_VERSION:
            raise _bad("its form is another version's")
        tables = value["tables"]
        contents = BackupContents(
            revision=str(value["schema"]),
            made_at=datetime.fromisoformat(value["made_at"]),
            version=str(value["nutgraf"]),
            sequences={str(name): int(number) for name, number in value["sequences"].items()},
            tables={name: TableSum(int(table["rows"]), str(table["sha256"])) for name, table in tables.items()},
            columns={name: tuple(map(str, table["columns"])) for name, table in tables.items()},
            parts={name: tuple(map(str, table["parts"])) for name, table in tables.items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _bad("its manifest cannot be read") from None
    named = [MANIFEST, *(part for parts in contents.parts.values() for part in parts)]
    if sorted(named) != sorted(archive.namelist()):
        raise _bad("its parts are not those that its manifest names")
    return contents


def _bad(reason: str) -> StoreError:
    return StoreError(f"This is no backup that can be restored: {reason}.", code="bad_backup")

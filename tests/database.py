"""The database that tests share: emptied between those that need it empty."""
from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

_KEEP = ("alembic_version", "spatial_ref_sys")


def empty() -> None:
    """Delete every row of every table."""
    delete_from(lambda _name: True)


def keep() -> dict[str, bytes]:
    """All rows of all tables, to be brought back by :func:`bring_back`."""
    import ckan.model as model

    connection = model.ensure_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            return {name: _copied(cursor, name) for name in _filled(cursor)}
    finally:
        connection.close()


def bring_back(kept: dict[str, bytes]) -> None:
    """Make the database what it was, many times as fast as making it anew."""
    import ckan.model as model

    model.Session.remove()
    connection = model.ensure_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("set session_replication_role = replica")
            for name in _filled(cursor):
                cursor.execute(f'delete from "{name}"')
            for name, rows in kept.items():
                cursor.copy_expert(f'copy "{name}" from stdin', io.BytesIO(rows))
            cursor.execute("set session_replication_role = origin")
        connection.commit()
    finally:
        connection.close()


def delete_from(which: Callable[[str], bool]) -> None:
    """Delete every row of these tables; only those that hold rows are touched."""
    import ckan.model as model

    model.Session.remove()
    connection = model.ensure_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("set session_replication_role = replica")
            for name in filter(which, _filled(cursor)):
                cursor.execute(f'delete from "{name}"')
            cursor.execute("set session_replication_role = origin")
        connection.commit()
    finally:
        connection.close()


def _filled(cursor: Any) -> list[str]:
    if not _tables:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        _tables.extend(name for (name,) in cursor.fetchall() if not name.endswith(_KEEP))
    probes = " union all ".join(f"select '{name}' where exists (select 1 from \"{name}\")" for name in _tables)
    cursor.execute(probes)
    return [name for (name,) in cursor.fetchall()]


_tables: list[str] = []


def _copied(cursor: Any, name: str) -> bytes:
    rows = io.BytesIO()
    cursor.copy_expert(f'copy "{name}" to stdout', rows)
    return rows.getvalue()

"""The database that tests share: emptied between those that need it empty."""
from __future__ import annotations

_KEEP = ("alembic_version", "spatial_ref_sys")


def empty() -> None:
    """Delete every row of every table; only tables that hold rows are touched."""
    import ckan.model as model
    import sqlalchemy as sa

    model.Session.remove()
    with model.ensure_engine().begin() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if not name.endswith(_KEEP)]
        probes = " union all ".join(f"select '{n}' where exists (select 1 from \"{n}\")" for n in names)
        filled = connection.scalars(sa.text(probes)).all()
        connection.execute(sa.text("set session_replication_role = replica"))
        for name in filled:
            connection.execute(sa.text(f'delete from "{name}"'))
        connection.execute(sa.text("set session_replication_role = origin"))

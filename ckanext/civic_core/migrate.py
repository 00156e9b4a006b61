"""One runner for the migrations of every plugin of the bundle.

CKAN upgrades plugins in alphabetical order, so ``civic_applications`` would come before ``civic_core``, whose
tables it refers to. The runner therefore brings civic_core to head first, whichever plugin is upgraded.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, pool, text

__all__ = ["run"]

CORE = "civic_core"
#: of the advisory lock under which two nodes that start at once upgrade one after the other
_LOCK = 72_007
#: a migration gives up rather than hold up the portal behind it
_OPTIONS = "-c lock_timeout=4000 -c statement_timeout=600000"


def run(context: Any, plugin: str) -> None:
    """Run the migrations of one plugin; to be called from its ``env.py``.

    :param context: Alembic's ``context`` proxy.
    :param plugin: name of the plugin, which is also that of its folder and of its version table.
    """
    engine = create_engine(
        context.config.get_main_option("sqlalchemy.url"),
        poolclass=pool.NullPool,
        connect_args={"options": _OPTIONS},
    )
    if plugin != CORE and _upgrading(context):
        _core_to_head(engine)
    with engine.connect() as connection:
        context.configure(
            connection=connection, version_table=f"{plugin}_alembic_version", transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()


def _upgrading(context: Any) -> bool:
    try:
        return context.get_revision_argument() not in (None, "base")
    except KeyError:  # `current` and `history` have no target and must write nothing
        return False


def _core_to_head(engine: Engine) -> None:
    """Without a second EnvironmentContext: leaving that one would take the outer proxy away."""
    script = ScriptDirectory(str(Path(__file__).parent / "migration" / CORE))
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        migration = MigrationContext.configure(
            connection,
            opts={
                "version_table": f"{CORE}_alembic_version",
                "fn": lambda revision, _: script._upgrade_revs("head", revision),
            },
        )
        with Operations.context(migration):
            migration.run_migrations()

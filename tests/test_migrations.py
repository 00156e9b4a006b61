"""Tables are what the models say, after every migration: no drift."""
from __future__ import annotations

import importlib

import pytest

PLUGINS = ("civic_core", "civic_list", "civic_notify", "civic_subscriptions")


@pytest.mark.parametrize("plugin", PLUGINS)
def test_migrations_and_models_agree(portal, plugin):
    import ckan.model as model
    import ckan.plugins.toolkit as tk
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    importlib.import_module(f"ckanext.{plugin}.model")

    def ours(object_, name, type_, _reflected, _compared_to):
        table = name if type_ == "table" else object_.table.name
        return table.startswith(f"{plugin}_") and not table.endswith("_alembic_version")

    with model.ensure_engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, tk.BaseModel.metadata) == []

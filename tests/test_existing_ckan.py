"""The bundle goes into a CKAN that exists, comes out again, and any part of it can be left out.

Every step is the command that an operator runs, in a process of its own, on a database of its own.
"""
from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

ROOT = Path(__file__).parent.parent
OURS = ("civic_core", "civic_list", "civic_notify", "civic_subscriptions")


@pytest.fixture
def empty_database(portal) -> Iterator[str]:
    """A database of its own on the server of the tests."""
    from ckan.common import config

    url = config["sqlalchemy.url"]
    database = sa.make_url(url).database or ""
    name = f"{database}_existing"
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.execute(sa.text(f'drop database if exists "{name}" with (force)'))
        connection.execute(sa.text(f'create database "{name}" template template0 encoding \'UTF8\''))
    yield url.replace(f"/{database}", f"/{name}")
    with server.connect() as connection:
        connection.execute(sa.text(f'drop database if exists "{name}" with (force)'))


def _ckan(url: str, tmp_path: Path, plugins: str, *command: str) -> str:
    """Run ``ckan`` with these plugins; what it printed."""
    from configparser import RawConfigParser

    ini = RawConfigParser()
    ini.optionxform = str  # type: ignore[assignment]
    ini.read(ROOT / "test.ini", encoding="utf-8")
    ini["app:main"]["ckan.plugins"] = plugins
    path = tmp_path / "existing.ini"
    with path.open("w", encoding="utf-8") as target:
        ini.write(target)
    environment = {**os.environ, "CKAN_SQLALCHEMY_URL": url}
    done = subprocess.run(
        [Path(sys.executable).parent / "ckan", "-c", path, *command],
        capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _tables(url: str) -> set[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return {name for name in sa.inspect(connection).get_table_names() if name.startswith("civic_")}


def test_one_command_on_an_empty_database_makes_every_table(empty_database, tmp_path):
    _ckan(empty_database, tmp_path, " ".join(OURS), "db", "init")
    made = _tables(empty_database)
    assert {"civic_core_event", "civic_list_duty_term", "civic_list_alembic_version", "civic_notify_delivery",
            "civic_subscriptions_subscription"} <= made
    _ckan(empty_database, tmp_path, " ".join(OURS), "db", "upgrade")
    assert _tables(empty_database) == made


def test_an_existing_ckan_takes_the_bundle_in_and_lets_it_go(empty_database, tmp_path):
    _ckan(empty_database, tmp_path, "activity", "db", "init")
    veteran = ("veteran", "email=v@portal.example", "password=long-enough")
    _ckan(empty_database, tmp_path, "activity", "user", "add", *veteran)
    assert _tables(empty_database) == set()

    with_bundle = " ".join((*OURS, "activity"))
    _ckan(empty_database, tmp_path, with_bundle, "db", "upgrade")
    there = _tables(empty_database)
    assert "civic_list_edition" in there

    for plugin in reversed(OURS):
        _ckan(empty_database, tmp_path, with_bundle, "db", "downgrade", "-p", plugin)
    assert {name for name in _tables(empty_database) if not name.endswith("_alembic_version")} == set()

    _ckan(empty_database, tmp_path, with_bundle, "db", "upgrade")
    assert _tables(empty_database) == there
    assert "veteran" in _ckan(empty_database, tmp_path, with_bundle, "user", "show", "veteran")


def test_a_feature_alone_brings_what_it_stands_on(empty_database, tmp_path):
    _ckan(empty_database, tmp_path, "civic_core civic_list", "db", "init", "--skip-plugins")
    _ckan(empty_database, tmp_path, "civic_core civic_list", "db", "upgrade", "-p", "civic_list")
    assert {"civic_core_event", "civic_list_edition"} <= _tables(empty_database)


@pytest.mark.parametrize("features", ["", "civic_subscriptions", "civic_notify"])
def test_a_portal_without_the_other_features_does_its_work(empty_database, tmp_path, features):
    plugins = f"civic_core {features}".strip()
    _ckan(empty_database, tmp_path, plugins, "db", "init")
    kinds = {name.split("_")[1] for name in _tables(empty_database)}
    assert kinds == {"core", *(name.removeprefix("civic_") for name in features.split())}
    _ckan(empty_database, tmp_path, plugins, "civic", "tick")
    if features == "civic_notify":
        _ckan(empty_database, tmp_path, plugins, "civic", "deliver", "--once")

"""``ckan civic tick``, ``sync`` and ``doctor``: what they find, put right, and say."""
from __future__ import annotations

import ckan.model as model
import pytest
import sqlalchemy as sa
from civic_list.listing import assert_field_and_links_agree, begin_list, dataset, on
from civic_list.portal import HEALTH, act
from click.testing import CliRunner

from ckanext.civic_core import ticking
from ckanext.civic_core.cli import civic

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def astray():
    """A dataset whose record somebody changed behind the portal's back."""
    with on("2025-01-20"):
        code = begin_list()[0]
    with on("2025-02-03"):
        data = dataset("health_editor", HEALTH, f"{code}@{HEALTH}")
    model.Session.execute(sa.text("update package set extras = extras - 'duties', private = true"))
    model.Session.commit()
    return data["id"]


def run(*words):
    return CliRunner().invoke(civic, words)


def test_doctor_names_the_dataset_and_fails(astray):
    said = run("doctor")
    assert said.exit_code == 1
    assert astray in said.output
    assert "SECRET_KEY" in said.output


def test_doctor_is_content_with_a_portal_in_order(monkeypatch):
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "SECRET_KEY", "x" * 40)
    said = run("doctor")
    assert (said.exit_code, said.output.strip()) == (0, "Everything is in order.")


def test_doctor_names_a_service_that_is_down(monkeypatch):
    from ckan.lib import search

    def broken():
        raise ConnectionError("refused")

    monkeypatch.setattr(search, "is_available", broken)
    said = run("doctor")
    assert (said.exit_code, "Solr does not answer: refused" in said.output) == (1, True)


def test_sync_puts_the_dataset_right_and_is_quiet_the_second_time(astray):
    with on("2025-02-03"):
        assert "1 datasets brought in line" in run("sync").output
        assert_field_and_links_agree(astray)
        assert act("", "civic_duty_search", has_data=True)["count"] == 0
        assert run("sync").output == ""


def test_tick_says_what_it_did_and_does_nothing_while_another_node_is_at_it(astray):
    with on("2025-02-03"), model.ensure_engine().connect() as other:
        other.execute(sa.text("select pg_advisory_lock(:key)"), {"key": ticking._LOCK})
        assert run("tick").output == ""
        other.execute(sa.text("select pg_advisory_unlock(:key)"), {"key": ticking._LOCK})
        assert "civic_list: 1 datasets brought in line" in run("tick").output


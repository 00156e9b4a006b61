from __future__ import annotations

import pytest

from ckanext.civic_embedded import settings
from ckanext.civic_embedded.settings import Refused


def test_nothing_said_means_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chosen = settings.read({})
    assert (chosen.port, chosen.host, chosen.demo) == (5000, "127.0.0.1", True)
    assert chosen.data == tmp_path / ".civic"
    assert chosen.embeds_databases()


def test_what_is_said_counts(tmp_path):
    chosen = settings.read({"PORT": "8080", "DATA": str(tmp_path), "DEMO": "no", "HOST": "0.0.0.0"})
    assert (chosen.port, chosen.host, chosen.demo, chosen.data) == (8080, "0.0.0.0", False, tmp_path)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "5000.0"])
def test_a_port_that_is_none_is_named(port):
    with pytest.raises(Refused, match=f"PORT={port}"):
        settings.read({"PORT": port})


def test_a_demo_that_is_neither_yes_nor_no_is_named():
    with pytest.raises(Refused, match="DEMO=perhaps"):
        settings.read({"DEMO": "perhaps"})


def test_services_of_ones_own_are_taken_and_empty_variables_are_not():
    chosen = settings.read({"CKAN_REDIS_URL": "redis://queue/3", "CKAN_SOLR_URL": ""})
    assert chosen.own == {"CKAN_REDIS_URL": "redis://queue/3"}


def test_the_embedded_server_is_needed_until_all_three_databases_are_ones_own():
    own = dict.fromkeys(settings.DATABASES, "postgresql://u:p@db/x")
    assert not settings.read(own).embeds_databases()
    assert settings.read({k: own[k] for k in settings.DATABASES[:2]}).embeds_databases()

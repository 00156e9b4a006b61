from __future__ import annotations

import pytest

from ckanext.civic_embedded import postgres, services, solr, valkey
from ckanext.civic_embedded.services import test_urls as urls_for_tests
from ckanext.civic_embedded.settings import Refused


def test_tests_beside_ones_own_services_never_touch_the_portals_data():
    own = {"CKAN_REDIS_URL": "redis://:pw@queue:6379/3", "CKAN_SOLR_URL": "http://solr:8983/solr/ckan"}
    assert urls_for_tests(own) == {
        "CKAN_REDIS_URL": "redis://:pw@queue:6379/4",
        "CKAN_SOLR_URL": "http://solr:8983/solr/ckan_test",
    }


def test_what_is_named_for_tests_already_is_taken_as_it_is():
    own = {"CKAN_SQLALCHEMY_URL": "postgresql://u:p@nowhere.invalid/ckan_test"}
    assert urls_for_tests(own) == own


def test_a_database_that_cannot_be_made_is_named():
    with pytest.raises(Refused, match="need a database ckan_test"):
        urls_for_tests({"CKAN_SQLALCHEMY_URL": "postgresql://u:p@127.0.0.1:1/ckan"})


def test_a_service_that_does_not_answer_is_named_by_its_variable():
    nowhere = dict.fromkeys(services.DATABASES, "postgresql://u:p@127.0.0.1:1/ckan")
    with pytest.raises(Refused, match="CKAN_SQLALCHEMY_URL does not answer"):
        services.check(nowhere)


def test_the_rights_of_the_datastore_name_the_roles_and_databases_of_the_urls():
    script = services.datastore_script({
        "CKAN_SQLALCHEMY_URL": "postgresql://owner:p@db/main",
        "CKAN_DATASTORE_WRITE_URL": "postgresql://writer:p@db/store",
        "CKAN_DATASTORE_READ_URL": "postgresql://reader:p@db/store",
    })
    assert '\\connect "store"' in script
    assert 'REVOKE CONNECT ON DATABASE "main" FROM "reader"' in script


def test_the_binaries_are_there():
    assert (postgres.binaries() / "initdb").exists()
    assert postgres.version(postgres.binaries()) >= 12
    assert valkey.binary().exists()


def test_debians_binaries_take_the_place_of_a_missing_wheel(monkeypatch, tmp_path):
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(valkey.importlib.util, "find_spec", lambda name: None)
    assert valkey.binary() == server
    server.unlink()
    with pytest.raises(Refused, match="apt-get install"):
        valkey.binary()


def test_folders_above_the_data_let_others_pass_but_not_look(tmp_path):
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    data.mkdir()
    assert closed in postgres.open_way(data)
    assert closed.stat().st_mode & 0o777 == 0o701
    assert closed not in postgres.open_way(data)


def test_a_changed_list_of_jars_is_another_folder(monkeypatch, tmp_path):
    before = solr.jars()
    monkeypatch.setattr(solr, "HERE", tmp_path)
    (tmp_path / "pom.xml").write_text("<project/>")
    (tmp_path / "SolrMain.java").write_text("class SolrMain {}")
    assert solr.jars() != before
    assert solr.jars().parent == before.parent

from __future__ import annotations

import stat

import pytest
from ckan.cli import CKANConfigLoader

from ckanext.civic_embedded import configuration
from ckanext.civic_embedded.folder import Folder

URLS = {
    "CKAN_SQLALCHEMY_URL": "postgresql://ckan:p%40ss@db/ckan",
    "CKAN_DATASTORE_WRITE_URL": "postgresql://ckan:pass@db/datastore",
    "CKAN_DATASTORE_READ_URL": "postgresql://reader:pass@db/datastore",
    "CKAN_REDIS_URL": "redis://queue/0",
    "CKAN_SOLR_URL": "http://solr/solr/ckan",
}


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def _read(ini, monkeypatch):
    for name in URLS:
        monkeypatch.delenv(name, raising=False)
    return CKANConfigLoader(str(ini)).get_config()


def test_ckan_reads_what_was_written(folder, monkeypatch):
    read = _read(configuration.write(folder, URLS, "http://localhost:5001"), monkeypatch)
    assert read["ckan.site_url"] == "http://localhost:5001"
    assert read["sqlalchemy.url"] == URLS["CKAN_SQLALCHEMY_URL"]
    assert read["solr_url"] == URLS["CKAN_SOLR_URL"]
    assert read["ckan.locale_default"] == "ru"
    assert read["ckan.locales_offered"] == "kk ru en"
    assert read["ckan.plugins"].split()[0] == "civic_core"
    assert read["ckanext.dcat.rdf.profiles"] == "euro_dcat_ap_3 civic_dcat_ap civic_list_dcat"
    assert "SESSION_COOKIE_DOMAIN" not in read


def test_the_secret_key_is_made_once(folder, monkeypatch):
    first = _read(configuration.write(folder, URLS, "http://localhost:1"), monkeypatch)["SECRET_KEY"]
    again = _read(configuration.write(folder, URLS, "http://localhost:2"), monkeypatch)["SECRET_KEY"]
    assert len(first) >= 40
    assert again == first


def test_only_the_owner_reads_either_file(folder):
    ini = configuration.write(folder, URLS, "http://localhost:1")
    for path in (ini, ini.with_name("managed.ini")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_the_operator_wrote_stays_and_wins(folder, monkeypatch):
    ini = configuration.write(folder, URLS, "http://localhost:1")
    ini.write_text(ini.read_text() + "ckan.site_title = Ашық деректер\n")
    configuration.write(folder, URLS, "http://localhost:2")
    read = _read(ini, monkeypatch)
    assert read["ckan.site_title"] == "Ашық деректер"
    assert read["ckan.site_url"] == "http://localhost:2"


def test_the_bodies_of_the_demo_are_named_only_with_the_demo(folder, monkeypatch):
    key = "ckanext.civic_core.authorised_body"
    assert key not in _read(configuration.write(folder, URLS, "http://localhost:1"), monkeypatch)
    read = _read(configuration.write(folder, URLS, "http://localhost:1", demo=True), monkeypatch)
    assert read[key] == "ministry-of-culture-and-information"


def test_plugins_are_loaded_in_our_order_and_only_where_installed():
    assert configuration.plugins(["dcat", "stats", "civic_list", "civic_core"]) == ["civic_core", "civic_list", "dcat"]


def test_every_installed_plugin_of_the_bundle_has_its_place():
    ours = {name for name in configuration.installed_plugins() if name.startswith("civic_")}
    assert ours <= set(configuration.PLUGINS)

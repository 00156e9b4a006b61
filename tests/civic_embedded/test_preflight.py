from __future__ import annotations

import pytest

from ckanext.civic_embedded import preflight


@pytest.mark.parametrize(
    ("answer", "version"),
    [("javac 17.0.15", 17), ("javac 11", 11), ("javac 1.8.0_392", 8), ("javac 21-ea", 21), ("no such thing", None)],
)
def test_the_version_of_a_jdk_is_read_from_its_answer(answer, version):
    assert preflight.java_version(answer) == version


@pytest.mark.parametrize("answer", ["javac 11.0.2", "javac 25"])
def test_a_new_jdk_is_enough(answer):
    assert preflight.jdk_need(answer) is None


@pytest.mark.parametrize(("answer", "found"), [("", "nothing"), ("javac 1.8.0_392", "JDK 8")])
def test_an_old_or_missing_jdk_is_named_with_its_package(answer, found):
    need = preflight.jdk_need(answer)
    assert (need.found, need.install) == (found, "default-jdk-headless")


def test_an_old_python_is_named():
    need = preflight.python_need((3, 9, 2))
    assert need.found == "Python 3.9"
    assert "3.11" in need.what
    assert preflight.python_need((3, 12, 0), has_venv=True) is None


def test_a_python_without_venv_is_named():
    assert preflight.python_need((3, 11, 2), has_venv=False).install == "python3-venv"


def test_everything_missing_is_told_at_once_with_one_command(monkeypatch):
    monkeypatch.setenv("PATH", "")
    missing = preflight.needs({})
    assert {need.install for need in missing} == {"make", "default-jdk-headless", "maven"}
    assert "apt-get install default-jdk-headless make maven" in preflight.message(missing)


def test_with_a_solr_of_ones_own_neither_java_nor_maven_is_asked_for(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert [need.install for need in preflight.needs({"CKAN_SOLR_URL": "http://solr/solr/ckan"})] == ["make"]

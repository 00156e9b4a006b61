from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from ckanext.civic_embedded.folder import Folder
from ckanext.civic_embedded.settings import Refused

HOLD = """
import signal, sys, pathlib
from ckanext.civic_embedded.folder import Folder
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with Folder(pathlib.Path(sys.argv[1])).held():
    print("held", flush=True)
    signal.pause()
"""


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


@pytest.fixture
def other(folder):
    """Another process that holds the folder."""
    command = [sys.executable, "-c", HOLD, str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_made_once_and_read_by_its_owner_only(folder):
    first = folder.secret("session")
    assert first.isalnum()
    assert len(first) >= 40
    assert Folder(folder.path).secret("session") == first
    assert folder.secret("valkey") != first
    assert _mode(folder.path / "secrets.json") == 0o600


def test_a_private_file_stays_private_when_it_is_replaced(folder):
    (folder.path / "ckan.ini").write_text("old")
    (folder.path / "ckan.ini").chmod(0o644)
    path = folder.write_private("ckan.ini", "new")
    assert path.read_text() == "new"
    assert _mode(path) == 0o600


def test_folders_inside_are_nobody_elses(folder):
    folder.sub("solr", "home")
    assert [_mode(folder.path / name) for name in ("solr", "solr/home")] == [0o700, 0o700]


def test_facts_are_added_and_kept(folder):
    folder.remember(url="http://x", demo=True)
    folder.remember(url=None)
    assert Folder(folder.path).facts() == {"url": None, "demo": True}


def test_a_folder_in_use_is_refused_with_the_address_and_the_process(folder, other):
    folder.remember(url="http://localhost:5000")
    with pytest.raises(Refused, match=rf"pid {other.pid}\).*http://localhost:5000.*make down"), folder.held():
        pytest.fail("two portals in one folder")


def test_the_folder_is_free_again_afterwards(folder):
    with folder.held():
        assert folder.holder() == os.getpid()
    assert folder.holder() is None


def test_a_holder_that_was_killed_does_not_keep_the_folder(folder, other):
    other.kill()
    other.wait()
    assert folder.holder() is None
    assert folder.release() is False


def test_release_stops_the_holder(folder, other):
    assert folder.release(seconds=10) is True
    assert other.wait(5) == 0

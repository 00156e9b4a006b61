"""What is installed is what is in the tree: the wheel, in a clean environment."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).parent.parent
MADE = {"__pycache__", ".mypy_cache"}

IMPORT_ALL = """
import sys
from importlib.metadata import distribution
from pathlib import Path

civic = distribution("ckanext-civic")
home = Path(sys.prefix)
for entry in civic.entry_points:
    loaded = entry.load()
    if entry.name.startswith("civic_"):
        file = Path(sys.modules[loaded.__module__].__file__)
        assert home in file.parents, f"{entry.name} was loaded from {file}"
    print(entry.name)
"""


def _sources() -> Iterator[str]:
    """Paths in the wheel that the tree calls for."""
    for package in sorted(ROOT.glob("ckanext/civic_*")):
        yield from _files(package, ROOT)
    for name in _files(ROOT / "schemas", ROOT):
        yield f"ckanext/civic_schemas/{Path(name).relative_to('schemas')}"


def _files(folder: Path, base: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not MADE & set(path.parts) and path.suffix not in {".pyc", ".mo"}:
            yield str(path.relative_to(base))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy, so that nothing left over in the tree can help."""
    tree, target = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    leave_out = shutil.ignore_patterns(*MADE, "*.mo", "*.egg-info", "build", "dist")
    for name in ("ckanext", "schemas"):
        shutil.copytree(ROOT / name, tree / name, ignore=leave_out)
    for name in ("setup.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, tree]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def clean_environment(wheel, tmp_path_factory) -> Path:
    """A new environment with the wheel; CKAN and the neighbours are lent by the running one."""
    home = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    _lend(Path(sysconfig.get_path("purelib")), next(home.glob("lib/*/site-packages")))
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return python


def _lend(lender: Path, site: Path) -> None:
    """Link every package but our own; ``ckanext`` is a folder that many packages share."""
    for path in lender.iterdir():
        if path.name != "ckanext" and "ckanext_civic" not in path.name:
            (site / path.name).symlink_to(path)
    (site / "ckanext").mkdir()
    for path in (lender / "ckanext").iterdir():
        if not path.name.startswith("civic_"):
            (site / "ckanext" / path.name).symlink_to(path)


def test_every_file_of_the_tree_is_in_the_wheel(names):
    expected = set(_sources())
    assert any(name.endswith("plugin.py") for name in expected)
    assert expected - names == set()


def test_every_kind_of_data_is_among_them(names):
    for ending in ("config_declaration.yaml", ".html", "alembic.ini", "/presets.yaml", "managed.ini", "SolrMain.java"):
        assert any(name.endswith(ending) for name in names), ending
    assert any("/versions/" in name and name.endswith(".py") for name in names), "migrations"


def test_every_catalogue_is_there_compiled(names):
    sources = {name for name in _sources() if name.endswith(".po")}
    assert {name.removesuffix(".po") + ".mo" for name in sources} <= names


def test_nothing_else_is_in_the_wheel(names):
    known = set(_sources()) | {name for name in names if name.endswith(".mo") or ".dist-info/" in name}
    assert names - known == set()


def test_the_licence_comes_with_it(names):
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_every_entry_point_is_imported_from_the_installed_wheel(clean_environment, tmp_path):
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [clean_environment, "-c", IMPORT_ALL], capture_output=True, text=True, check=False, cwd=tmp_path, env=environ
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"civic_core", "civic_list"} <= set(done.stdout.split())


def test_the_schemas_are_found_as_scheming_looks_for_them(clean_environment, tmp_path):
    code = (
        "import inspect, pathlib, sys, ckanext.civic_schemas as schemas;"
        "folder = pathlib.Path(inspect.getfile(schemas)).parent;"
        "assert pathlib.Path(sys.prefix) in folder.parents, folder;"
        "print(*sorted(path.name for path in folder.glob('*.yaml')))"
    )
    done = subprocess.run([clean_environment, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert set(done.stdout.split()) == {path.name for path in ROOT.glob("schemas/*.yaml")}

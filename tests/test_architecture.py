"""The fences of the bundle, held by tests: what a reader may rely on without reading everything."""
from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = sorted(path.parent for path in ROOT.glob("ckanext/civic_*/__init__.py"))
PLUGINS = [package for package in PACKAGES if (package / "plugin.py").exists()]
SOURCES = sorted(path for package in PACKAGES for path in package.rglob("*.py") if "versions" not in path.parts)
TEMPLATES = sorted(path for package in PACKAGES for path in package.glob("templates/**/*.html"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _tree(path: Path) -> ast.Module:
    """A file as it is read, once for all rules."""
    return ast.parse(path.read_text())


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("package", PLUGINS, ids=lambda p: p.name)
def test_a_plugin_package_begins_empty(package):
    assert (package / "__init__.py").read_text() == ""


@pytest.mark.parametrize("path", [p for p in SOURCES if "domain" in p.parts], ids=_name)
def test_a_rule_knows_only_the_standard_library_and_other_rules(path):
    own = f"ckanext.{path.relative_to(ROOT / 'ckanext').parts[0]}.domain"
    for module in _imports(_tree(path)):
        allowed = module.split(".")[0] in sys.stdlib_module_names or module.startswith(
            (own, "ckanext.civic_core.domain")
        )
        assert allowed, f"{_name(path)} imports {module}"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_feature_never_imports_another(path):
    own = path.relative_to(ROOT / "ckanext").parts[0]
    for module in _imports(_tree(path)):
        parts = module.split(".")
        if parts[0] == "ckanext" and len(parts) > 1 and parts[1].startswith("civic_"):
            assert parts[1] in {own, "civic_core", "civic_schemas"}, f"{_name(path)} imports {module}"
            assert own != "civic_core" or parts[1] in {"civic_core", "civic_schemas"}, f"{_name(path)} knows a feature"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_only_the_clock_reads_the_time(path):
    if path.name == "clock.py" or "civic_embedded" in path.parts:
        return
    forbidden = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.datetime.now"}
    assert not forbidden & set(_calls(_tree(path))), _name(path)


#: who may end a transaction: the step every action takes, and the commands that work by themselves
COMMITTERS = {
    "flow.py", "cli.py", "ticking.py", "looking.py", "demo.py", "spreading.py", "gathering.py", "claiming.py",
    "sending.py", "matching.py", "receiving.py", "outgoing.py",
}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_only_actions_and_workers_commit(path):
    commits = [call for call in _calls(_tree(path)) if call.endswith(".commit")]
    if "action" in path.parts:
        commits = [call for call in commits if call != "flow.commit"]
    allowed = path.name.endswith(tuple(COMMITTERS)) or "demo" in path.parts or "civic_embedded" in path.parts
    assert allowed or not commits, _name(path)


def _actions() -> Iterator[tuple[str, str]]:
    for package in PLUGINS:
        if (package / "logic" / "action").exists():
            module = f"ckanext.{package.name}.logic.action"
            yield from ((module, name) for name in importlib.import_module(module).__all__)


@pytest.mark.parametrize(("module", "name"), list(_actions()))
def test_an_action_checks_access_first_and_says_what_it_does(module, name):
    import inspect

    action = getattr(importlib.import_module(module), name)
    source = inspect.getsource(inspect.unwrap(action))
    body = ast.parse(source).body[0].body  # type: ignore[attr-defined]
    assert ast.get_docstring(ast.parse(source).body[0]), "an action's docstring is its manual"
    assert ":returns:" in (action.__doc__ or "")
    first = ast.unparse(body[1])
    if not getattr(action, "chained_action", False):
        assert first.startswith(f"tk.check_access('{name}'"), first
        auth = importlib.import_module(module.replace(".action", ".auth"))
        assert name in auth.__all__


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name in {"helpers.py", "cli.py", "validators.py"}], ids=_name)
def test_what_ckan_collects_by_itself_is_named(path):
    assert re.search(r"^__all__", path.read_text(), re.MULTILINE), f"{_name(path)} has no __all__"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_form_that_changes_something_carries_the_token(path):
    for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL | re.IGNORECASE):
        if re.search(r"method\s*=\s*[\"']post", form, re.IGNORECASE):
            assert "csrf_input()" in form, _name(path)


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_escapes_and_names_no_host(path):
    text = path.read_text()
    assert "|safe" not in text.replace(" ", ""), _name(path)
    assert not re.search(r"(src|href)=\"https?://", text), _name(path)


@pytest.mark.parametrize("path", [p for p in SOURCES if "domain" in p.parts or "logic" in p.parts], ids=_name)
def test_no_rule_names_a_language(path):
    literals = {
        node.value for node in ast.walk(_tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not literals & {"kk", "ru", "kaz", "rus"}, _name(path)

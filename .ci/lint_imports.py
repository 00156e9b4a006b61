"""Run import-linter on this tree: ``ckanext`` must look like the namespace package that it is.

ckanext-xloader installs a ``ckanext/__init__.py``; import-linter then takes ``ckanext`` for one package.
"""
from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent

namespace = ModuleSpec("ckanext", None, is_package=True)
namespace.submodule_search_locations = [str(ROOT / "ckanext")]
sys.modules["ckanext"] = importlib.util.module_from_spec(namespace)

status = lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True)
sys.exit(0 if status == EXIT_STATUS_SUCCESS else 1)

"""Message catalogues: what is said in the sources, and what of it is translated.

``python -m tests.catalogues update`` brings every plugin's catalogues up to date with its sources;
``python -m tests.catalogues missing`` prints what is not translated yet.
"""
from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
LANGUAGES = ("kk", "ru")
_METHODS = [("**/templates/**.html", "ckan"), ("**/templates/**.txt", "ckan"), ("**.py", "python")]
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "ungettext": (1, 2), "N_": None}
#: in one plugin's sources, but said to the people of no portal
_LEFT_OUT = {"civic_embedded"}


def plugins() -> list[Path]:
    """The packages that have something to say."""
    return [p.parent for p in sorted(ROOT.glob("ckanext/civic_*/__init__.py")) if p.parent.name not in _LEFT_OUT]


def said(package: Path) -> Catalog:
    """Every message in the sources of one plugin."""
    catalogue = Catalog(project=f"ckanext-{package.name}", charset="utf-8", fuzzy=False)
    found = extract_from_dir(str(package), _METHODS, keywords=_KEYWORDS)
    for filename, _line, message, _comments, context in found:
        catalogue.add(message, None, [(f"{package.name}/{filename}", 1)], context=context)
    if package.name == "civic_core":
        for message in said_by_schemas():
            catalogue.add(message, None, [("schemas", 1)])
    return catalogue


def said_by_schemas() -> Iterator[str]:
    """Labels and help texts of the scheming schemas: scheming passes them through gettext."""
    import yaml

    def walk(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in {"label", "help_text", "about", "form_placeholder"} and isinstance(value, str):
                    yield value
                elif key == "form_pages" or isinstance(value, dict | list):
                    yield from walk(value)
                elif key == "title" and isinstance(value, str):
                    yield value
        elif isinstance(node, list):
            for one in node:
                yield from walk(one)

    for name in ("dataset", "organization", "group", "presets"):
        path = ROOT / "schemas" / f"{name}.yaml"
        if path.exists():
            yield from walk(yaml.safe_load(path.read_text()))


def path_of(package: Path, language: str) -> Path:
    return package / "i18n" / language / "LC_MESSAGES" / f"ckanext-{package.name}.po"


def translated(package: Path, language: str) -> Catalog:
    path = path_of(package, language)
    if not path.exists():
        return Catalog(locale=language, project=f"ckanext-{package.name}", charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update(package: Path, language: str) -> None:
    """Add what is new, drop what is no longer said; keep every translation."""
    catalogue = translated(package, language)
    catalogue.update(said(package), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = f"# {path_of(package, language).stem}: {language}"
    for message in catalogue:
        message.locations = sorted({(name, 0) for name, _ in message.locations}) if message.id else []
    path = path_of(package, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)


def missing(package: Path, language: str) -> Iterator[Message]:
    """Messages without a translation in this language."""
    known = translated(package, language)
    for message in said(package):
        if not message.id:
            continue
        entry = known.get(message.id, message.context)
        texts = [] if entry is None else [entry.string] if isinstance(entry.string, str) else list(entry.string)
        if not texts or not all(texts) or (entry is not None and entry.fuzzy):
            yield message


def main(command: str) -> int:
    count = 0
    for package in plugins():
        for language in LANGUAGES:
            if command == "update":
                update(package, language)
            for message in missing(package, language):
                count += 1
                if command == "missing":
                    print(f"{package.name} {language}: {message.id!r}")
    print(f"{count} messages without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "missing"))

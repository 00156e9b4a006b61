"""Vocabularies: codes with their names in every language, read from YAML.

They are shipped in the package ``ckanext.civic_schemas`` (folder ``vocab``). A file of the same name in the folder
that ``ckanext.civic_core.vocabularies.folder`` names takes the place of the shipped one.
"""
from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ckan.plugins.toolkit as tk
import yaml

__all__ = ["Term", "Vocabulary", "VocabularyError", "load", "parse", "reload"]


class VocabularyError(ValueError):
    """A vocabulary file is not what it should be; the message names the file and the entry."""


@dataclass(frozen=True)
class Term:
    """One entry: its code, its names, how else people write it, and whatever else the file says of it."""

    code: str
    name: Mapping[str, str]
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.details[key]

    def get(self, key: str, default: Any = None) -> Any:
        """What the file says under this key."""
        return self.details.get(key, default)


@dataclass(frozen=True)
class Vocabulary:
    """The terms of one file, in its order."""

    title: str
    terms: tuple[Term, ...]

    def __iter__(self) -> Any:
        return iter(self.terms)

    def __contains__(self, code: object) -> bool:
        return any(term.code == code for term in self.terms)

    def __getitem__(self, code: str) -> Term:
        term = self.get(code)
        if term is None:
            raise KeyError(code)
        return term

    def get(self, code: str) -> Term | None:
        """The term with exactly this code."""
        return next((term for term in self.terms if term.code == code), None)

    def find(self, text: str) -> Term | None:
        """The term that a person means: by its code, that of the EU, a name or another spelling, in any language."""
        wanted = _key(text)
        return next((term for term in self.terms if wanted in _keys(term)), None)


def load(title: str) -> Vocabulary:
    """The vocabulary in the file ``<title>.yaml``; read once."""
    return _load(title, tk.config.get("ckanext.civic_core.vocabularies.folder") or "")


def reload() -> None:
    """Forget what was read: for tests, and after an operator changed a file."""
    _load.cache_clear()


def parse(title: str, source: str) -> Vocabulary:
    """A vocabulary from YAML.

    :raises VocabularyError: no list, an entry without code or names, a code twice, or one spelling of two terms.
    """
    entries = yaml.safe_load(source)
    if not isinstance(entries, list) or not entries:
        raise VocabularyError(f"{title}: a list of entries is expected")
    terms = tuple(_term(title, entry) for entry in entries)
    _check_unique(title, terms)
    return Vocabulary(title, terms)


@lru_cache
def _load(title: str, folder: str) -> Vocabulary:
    own = Path(folder) / f"{title}.yaml" if folder else None
    shipped = files("ckanext.civic_schemas") / "vocab" / f"{title}.yaml"
    source = own if own and own.is_file() else shipped
    return parse(title, source.read_text(encoding="utf-8"))


def _term(title: str, entry: Any) -> Term:
    if not isinstance(entry, Mapping) or not entry.get("code") or not isinstance(entry.get("name"), Mapping):
        raise VocabularyError(f"{title}: code and name are missing in {entry!r}")
    rest = {key: value for key, value in entry.items() if key not in {"code", "name", "spellings"}}
    spellings = {lang: tuple(map(str, words)) for lang, words in (entry.get("spellings") or {}).items()}
    return Term(
        code=str(entry["code"]),
        name=MappingProxyType({lang: str(name) for lang, name in entry["name"].items()}),
        spellings=MappingProxyType(spellings),
        details=_frozen(rest),
    )


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({key: _frozen(part) for key, part in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _check_unique(title: str, terms: Iterable[Term]) -> None:
    seen: dict[str, str] = {}
    for term in terms:
        if seen.get(term.code.casefold()) == term.code:
            raise VocabularyError(f"{title}: {term.code} stands twice")
        for key in _keys(term):
            if seen.setdefault(key, term.code) != term.code:
                raise VocabularyError(f"{title}: «{key}» means both {seen[key]} and {term.code}")


def _keys(term: Term) -> set[str]:
    words = [word for several in term.spellings.values() for word in several]
    return {_key(word) for word in (term.code, term.get("eu", term.code), *term.name.values(), *words)}


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().replace("ё", "е").split())

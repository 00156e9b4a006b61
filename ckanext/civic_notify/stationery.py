"""The paper that messages are written on: templates that an operator can replace, and what stands on each of them.

``civic_notify/messages/<kind>.txt`` and ``.html``; a file of the same name in the operator's own template folder takes
their place, and ``<kind>.kk.html`` is used for Kazakh before ``<kind>.html``.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ckan.plugins.toolkit as tk
from flask import current_app
from jinja2 import Environment, Template
from markupsafe import escape

from ckanext.civic_core import look

__all__ = ["MARKS", "Marks", "Paper", "Sheet", "clean", "fill", "letterhead", "sheet", "write"]

_FOLDER = "civic_notify/messages"
#: as in ``civic.css``, where the operator chose no other
_ACCENT = "#006a80"
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Who writes, in which language, and in which colour."""

    title: str
    url: str
    language: str
    accent: str

    def address(self, path: str) -> str:
        """The full address of a page in this language."""
        return self.url.rstrip("/") + path


@dataclass(frozen=True, slots=True)
class Paper:
    """The two templates of a kind of message."""

    text: Template
    html: Template


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands for the reader's own words until they are put in; no title can hold them."""

    why: str
    manage: str
    stop: str


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"


MARKS = Marks(_mark("why"), _mark("manage"), _mark("stop"))
_ANY_MARK = re.compile("[\ue000\ue001]")


def letterhead(language: str) -> Sheet:
    """What stands on every message in a language; within :func:`ckanext.civic_core.speaking.speaking`."""
    home = str(tk.h.url_for("home.index", qualified=True))
    return Sheet(str(tk.config["ckan.site_title"]), home, language, look.colours().get("--cv-accent", _ACCENT))


def sheet(kind: str, language: str) -> Paper:
    """The templates of a kind of message in a language."""
    pages: Environment = current_app.jinja_env
    return Paper(_find(_plain(pages), kind, language, "txt"), _find(pages, kind, language, "html"))


@lru_cache(maxsize=4)
def _plain(pages: Environment) -> Environment:
    return pages.overlay(autoescape=False)


def _find(pages: Environment, kind: str, language: str, ending: str) -> Template:
    return pages.select_template([f"{_FOLDER}/{kind}.{language}.{ending}", f"{_FOLDER}/{kind}.{ending}"])


def write(template: Template, values: Mapping[str, Any]) -> str:
    """A template with these values; of a text no more than one empty line in a row."""
    written = template.render(values)
    if str(template.name).endswith(".txt"):
        written = _EMPTY_LINES.sub("\n\n", written).strip() + "\n"
    return written


def clean(text: str) -> str:
    """One line, without what stands for something else."""
    return _ANY_MARK.sub("", " ".join(text.split()))


def fill(written: str, why: str, manage: str, stop: str, *, html: bool) -> str:
    """Put the reader's own words where their marks are."""
    for mark, words in ((MARKS.why, why), (MARKS.manage, manage), (MARKS.stop, stop)):
        written = written.replace(mark, str(escape(words)) if html else words)
    return written

"""Every sentence is there in every language, with the same placeholders and the right number of plurals."""
from __future__ import annotations

import re

import catalogues
import pytest

CASES = [(package, language) for package in catalogues.plugins() for language in catalogues.LANGUAGES]
_PLACEHOLDER = re.compile(r"\{[a-z_]*\}|%\([a-z_]+\)[sd]")


@pytest.mark.parametrize(("package", "language"), CASES, ids=lambda v: getattr(v, "name", v))
def test_nothing_is_untranslated(package, language):
    assert [message.id for message in catalogues.missing(package, language)] == []


@pytest.mark.parametrize(("package", "language"), CASES, ids=lambda v: getattr(v, "name", v))
def test_a_translation_keeps_the_placeholders(package, language):
    for message in catalogues.translated(package, language):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = set(_PLACEHOLDER.findall(ids[-1]))
        for text in texts:
            assert set(_PLACEHOLDER.findall(text)) == wanted, f"{ids[0]!r} -> {text!r}"

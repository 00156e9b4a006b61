"""Template helpers of civic_core."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core import config
from ckanext.civic_core.domain import texts

__all__ = ["civic_languages", "civic_text", "csrf_input"]


def civic_languages() -> tuple[str, ...]:
    """The languages that texts are kept in."""
    return config.languages()


def civic_text(several: Mapping[str, str] | None, lang: str | None = None) -> tuple[str, str]:
    """A text for the reader, and the language it is in: ``(text, language)``.

    :param lang: the reader's language; that of the page by default.
    """
    return texts.pick(several or {}, lang or tk.h.lang(), config.languages())


@tk.chained_helper
def csrf_input(next_helper: Any) -> Any:
    """CKAN's token field for who is signed in; nothing for a visitor.

    CKAN exempts anonymous requests from the check, and a token would set a cookie on every page a visitor opens,
    which then could not be cached.
    """
    return next_helper() if tk.current_user.is_authenticated else ""

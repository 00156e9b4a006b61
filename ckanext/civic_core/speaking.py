"""Words and addresses in a language of one's choice, where no page is being answered: in workers and in commands."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import ckan.plugins.toolkit as tk
from ckan.types import CKANApp
from flask import Flask, current_app

__all__ = ["know", "speaking", "spoken"]

_apps: list[Flask] = []


def know(app: CKANApp) -> None:
    """Remember the application; to be called by ``IMiddleware.make_middleware``."""
    _apps[:] = [app]  # type: ignore[list-item]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within, ``tk._`` answers in this language, and ``url_for`` makes addresses that lead to pages in it.

    A language that the site does not offer is replaced by the site's own.
    """
    app = _apps[0] if _apps else current_app._get_current_object()  # type: ignore[attr-defined]
    chosen = spoken(language)
    own = chosen == tk.config["ckan.locale_default"]
    environ = {"CKAN_LANG": chosen, "CKAN_LANG_IS_DEFAULT": own, "CKAN_CURRENT_URL": "/"}
    with app.test_request_context(base_url=tk.config["ckan.site_url"], environ_overrides=environ):
        yield


def spoken(language: str) -> str:
    """This language, or the site's own where it is not offered."""
    return language if language in tk.config["ckan.locales_offered"] else str(tk.config["ckan.locale_default"])

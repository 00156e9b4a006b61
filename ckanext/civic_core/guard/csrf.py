"""Keep a stranger from switching off the protection against forged requests.

CKAN 2.12.0 answers an anonymous request, and one with an API token, by exempting the *view* from the check, for
everybody and until the process ends: after one anonymous GET of a page that deletes, a forged POST of a signed-in
user is believed (CVE-2026-41255, fixed in 2.11.5). Here such an exemption holds for the one request that asked
for it.
"""
from __future__ import annotations

import inspect
from typing import Any

from ckan.config.middleware import flask_app
from flask import has_request_context, request

__all__ = ["guard", "needed"]

_MARK = "ckanext.civic_core.csrf_exempt"


def needed() -> bool:
    """Whether this version of CKAN still exempts views for good while it answers a request."""
    return "csrf.exempt(" in inspect.getsource(flask_app.ckan_before_request)


def guard() -> None:
    """Wrap the protection of this process; does nothing the second time, or where CKAN needs it no more."""
    csrf: Any = flask_app.csrf
    if not needed() or getattr(csrf, "civic_guard", False):
        return
    exempt_for_good, is_exempt = csrf.exempt, csrf._is_exempt

    def exempt(view: Any) -> Any:
        if not (isinstance(view, str) and has_request_context()):
            return exempt_for_good(view)
        request.environ[_MARK] = view
        return view

    def exempt_now() -> bool:
        return _MARK in request.environ or is_exempt()

    csrf.exempt, csrf._is_exempt, csrf.civic_guard = exempt, exempt_now, True

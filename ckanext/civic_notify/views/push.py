"""The service worker of web push, at the root of the site: it may show news of all of it."""
from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response

__all__ = ["civic_push"]

civic_push = Blueprint("civic_push", __name__)
_FILE = Path(__file__).parent.parent / "assets" / "civic-push.js"


@civic_push.route("/civic-push.js")
def worker() -> Response:
    """The script. CKAN says that it is not to be kept (``ckan.cache_expires``): a fault in it does not stay."""
    return Response(_script(), mimetype="text/javascript", headers={"Service-Worker-Allowed": "/"})


@lru_cache(maxsize=1)
def _script() -> str:
    return _FILE.read_text(encoding="utf-8")

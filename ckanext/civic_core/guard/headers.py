"""Headers that tell a browser what the portal's pages may do."""
from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterable, Iterator

from ckan.common import CKANConfig
from ckan.types import CKANApp
from flask import request
from flask.wrappers import Response

__all__ = ["handlers", "hashes", "send"]

_PREFIX = "ckanext.civic_core.security."
#: constant text of an inline event handler or ``javascript:`` address in a template
_HANDLER = re.compile(r"""\s(?:on[a-z]+|href)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")
#: the one template of CKAN whose handlers are put together while it is rendered
_UPLOAD_FIELD = "package/snippets/resource_upload_field.html"
#: where a resource is shown in a frame: CKAN's viewers write the data into inline scripts
_VIEWER = "resource.view"


def send(app: CKANApp, config: CKANConfig) -> None:
    """Send the headers with every answer of the application; what a view or a proxy set itself stays."""
    fixed = _fixed(config)
    policy: dict[str, str] = {}

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        if request.is_secure and config[_PREFIX + "hsts"]:
            response.headers.setdefault("Strict-Transport-Security", config[_PREFIX + "hsts"])
        if response.mimetype == "text/html" and config[_PREFIX + "csp"]:
            if not policy:
                policy.update(_policies(app, config))
            kind = "viewer" if (request.endpoint or "").endswith(_VIEWER) else "page"
            response.headers.setdefault("Content-Security-Policy", policy[kind])
        return response


def _fixed(config: CKANConfig) -> dict[str, str]:
    values = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": config[_PREFIX + "referrer_policy"],
        "Permissions-Policy": config[_PREFIX + "permissions_policy"],
    }
    return {name: value for name, value in values.items() if value}


def _policies(app: CKANApp, config: CKANConfig) -> dict[str, str]:
    policy = " ".join(config[_PREFIX + "csp"].split())
    own = "'unsafe-hashes' " + " ".join(sorted(hashes(handlers(app))))
    return {
        "page": policy.replace("{inline}", own),
        "viewer": policy.replace("{inline}", "'unsafe-inline'"),
    }


def handlers(app: CKANApp) -> set[str]:
    """The inline handlers that stand in the templates themselves. Nothing a visitor sent can be among them."""
    found = set(_rendered(app))
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.endswith(".html")):
        source = app.jinja_env.loader.get_source(app.jinja_env, name)[0]  # type: ignore[union-attr]
        found.update(text for text in _inline(source) if "{{" not in text and "{%" not in text)
    return found


def _rendered(app: CKANApp) -> Iterator[str]:
    template = app.jinja_env.get_template(_UPLOAD_FIELD)
    for enabled in (True, False):
        for upload in (True, False):
            shown = template.render(
                data={}, errors={}, is_upload=upload, is_url=True, is_upload_enabled=enabled, url_type="",
            )
            yield from _inline(shown)


def _inline(source: str) -> Iterator[str]:
    for found in _HANDLER.finditer(source):
        text = html.unescape(found["double"] or found["single"] or "")
        if not found[0].lstrip().startswith("href") or text.startswith("javascript:"):
            yield text


def hashes(texts: Iterable[str]) -> set[str]:
    """Sources of a Content-Security-Policy that allow exactly these texts."""
    return {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}

"""Where providers tell what became of a message."""
from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.config.middleware.flask_app import csrf
from flask import Blueprint, Response

from ckanext.civic_notify import receiving
from ckanext.civic_notify.channels import configured

__all__ = ["civic_receipts"]

civic_receipts = Blueprint("civic_receipts", __name__)
# a provider has no session whose forms could be forged: it shows the secret
csrf.exempt(civic_receipts)

#: of Kannel's delivery reports: 4 and 8 are steps on the way
_KANNEL: Mapping[str, str] = {"1": "delivered", "2": "failed", "4": "", "8": "", "16": "failed"}
_WORDS: Mapping[str, str] = {"delivered": "delivered", "failed": "failed", "gone": "gone"}
#: seconds after which a receipt that came too early may come again
_AGAIN = 10


@civic_receipts.route("/notify/receipt/<channel>/<secret>", methods=["GET", "POST"])
def receipt(channel: str, secret: str) -> Response:
    """``key`` of the message and ``type``: ``delivered``, ``failed``, ``gone``, or a number of Kannel's.

    Kannel asks by GET; what protects is the secret. A receipt that comes twice or late is answered like the first.
    """
    expected = configured.receipt_secret(channel)
    if not expected or not hmac.compare_digest(expected.encode(), secret.encode("utf-8", "replace")):
        return tk.abort(404)
    given = _given()
    told = _KANNEL.get(given["type"], _WORDS.get(given["type"]))
    if told is None or not given["key"]:
        return _answer(400, "key and type, please")
    if told and not receiving.receive(model.Session(), channel, given["key"], told):  # type: ignore[arg-type]
        return _answer(503, "too early", {"Retry-After": str(_AGAIN)})
    return _answer(200, "taken")


def _given() -> dict[str, str]:
    sent: Any = tk.request.get_json(silent=True) or {}
    values = {**(sent if isinstance(sent, dict) else {}), **tk.request.values.to_dict()}
    return {name: str(values.get(name, ""))[:200].replace("\x00", "") for name in ("key", "type")}


def _answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text, status, {"Cache-Control": "no-store", **(headers or {})}, mimetype="text/plain")

"""Letters in the outbox, channels that are there, and readers without an account, for tests."""
from __future__ import annotations

import re
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.portal import AKMOLA, act

from ckanext.civic_core.guard import rate_limit
from ckanext.civic_notify.model import Delivery
from ckanext.civic_subscriptions import sending

MAIL = "reader@mail.example"


def channels(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """These channels are there, and no others."""
    for name in ("email", "sms", "web_push", "app_push"):
        monkeypatch.setitem(tk.config, f"ckanext.civic_notify.{name}.adapter", "memory" if name in names else "")


def without_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator lets visitors subscribe."""
    monkeypatch.setitem(tk.config, "ckanext.civic_subscriptions.without_account", True)


def nobody_counted() -> None:
    """Nobody has written anything lately."""
    connection = rate_limit._connection(tk.config["ckan.redis.url"])
    for key in connection.scan_iter(f"{tk.config['ckan.site_id']}:civic:rate:*"):
        connection.delete(key)


def posted(kind: str) -> list[dict[str, Any]]:
    """Letters of a kind in the outbox, the oldest first, once what visitors asked for is done."""
    sending.work(model.Session())
    rows = model.Session.scalars(sa.select(Delivery.letter).where(Delivery.topic == kind).order_by(Delivery.id)).all()
    model.Session.rollback()
    return list(rows)


def token_in(letter: dict[str, Any]) -> str:
    """The token of the link that stands in a letter."""
    found = re.search(r"https?://\S+?/(?:confirm|by-link|stop)/([^\s/?]+)", letter["text"])
    assert found, letter["text"]
    return found[1]


def wish(email: str = MAIL, **data: Any) -> Any:
    """A visitor asks to be told of an agency; no worker has seen to it yet."""
    return act("", "civic_subscription_create", email=email, **{
        "target_type": "agency", "target_id": AKMOLA, **data,
    })


def ask(email: str = MAIL, **data: Any) -> Any:
    """A visitor asks to be told of an agency, and a worker sees to it."""
    answer = wish(email, **data)
    sending.work(model.Session())
    return answer


def confirmed(email: str = MAIL, **data: Any) -> str:
    """A reader without an account, who follows an agency; the token of his pages."""
    ask(email, **data)
    return act("", "civic_subscription_confirm", token=token_in(posted("confirm_address")[-1]))["token"]


def user_id(name: str) -> str:
    """Id of an account."""
    return model.User.get(name).id


def count(table: type) -> int:
    """Rows of a table, once what visitors asked for is done."""
    sending.work(model.Session())
    found = model.Session.scalar(sa.select(sa.func.count()).select_from(table))
    model.Session.rollback()
    return found or 0

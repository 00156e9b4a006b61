"""The letters that no event stands behind: confirmations, codes, links. They are written in the reader's language."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import ckan.plugins.toolkit as tk
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config, speaking
from ckanext.civic_core.domain import texts
from ckanext.civic_core.domain.news import Letter
from ckanext.civic_subscriptions import outbox, settings
from ckanext.civic_subscriptions.who import address_token, manage_token

__all__ = ["CODE_LASTS", "confirm_address", "confirm_phone", "manage_link"]

CODE_LASTS = timedelta(minutes=10)
_DAY = timedelta(days=1)


def confirm_address(
    session: Session, address_id: str, email: str, language: str, titles: Sequence[Mapping[str, str]]
) -> bool:
    """Ask whether the address wants to follow these."""
    lasts = settings.unconfirmed()
    with speaking.speaking(language):
        link = tk.url_for("civic_subscriptions_begin.confirm", token=address_token(address_id, lasts), _external=True)
        subject = tk._("{site}: confirm your subscription").format(site=_site())
        named = [f"— {texts.pick(title, speaking.spoken(language), config.languages())[0]}" for title in titles]
        lines = [
            tk._("Somebody gave this address to be told of news of:"), *named, "",
            tk._("Was it you? Then open this page and confirm:"), link, "",
            tk._("If it was not you, do nothing: you will be sent nothing more, and the address will be forgotten."),
        ]
    letter = Letter("confirm_address", "email", email, language, subject, "\n".join(lines), clock.now() + lasts)
    return outbox.post(session, letter)


def confirm_phone(session: Session, number: str, code: str, language: str) -> bool:
    """Send a code to a telephone."""
    with speaking.speaking(language):
        words = tk._("{code} is your code for {site}. Tell it to nobody.").format(code=code, site=_site())
    return outbox.post(session, Letter(
        "confirm_phone", "sms", number, language, words, words, clock.now() + CODE_LASTS, short=words
    ))


def manage_link(session: Session, recipient: str, email: str, language: str) -> bool:
    """Send the link to the page of subscriptions."""
    with speaking.speaking(language):
        link = tk.url_for("civic_subscriptions.index", token=manage_token(recipient), _external=True)
        subject = tk._("{site}: your subscriptions").format(site=_site())
        lines = [
            tk._("Here you see and change what you are told of. No login is needed: keep the link to yourself."), link,
            "", tk._("If you did not ask for this letter, do nothing."),
        ]
    return outbox.post(session, Letter(
        "manage_link", "email", email, language, subject, "\n".join(lines), clock.now() + _DAY
    ))


def _site() -> str:
    return str(tk.config["ckan.site_title"] or tk.config["ckan.site_url"])

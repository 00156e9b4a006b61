"""civic_notify: the outbox: who is told of what, through which channel, and what became of it."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation
from sqlalchemy.orm import Session

import ckanext.civic_notify.model  # noqa: F401  declares the tables
from ckanext.civic_core.domain.news import Happened, Letter
from ckanext.civic_core.interfaces import IMenu, IOutbox, ISpread, ITick, IUpkeep, IWork
from ckanext.civic_notify import (
    cli,  # noqa: F401  its commands join their group
    fanning,
    keys_cli,  # noqa: F401
    menus,
    outbox,
    outgoing,
    ticking,
)
from ckanext.civic_notify.channels import registry


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.config_declarations
class CivicNotifyPlugin(p.SingletonPlugin, DefaultTranslation):
    """Tells everybody who asked to be told, once."""

    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.INotifier)
    p.implements(p.ITranslation)
    p.implements(IMenu)
    p.implements(IOutbox)
    p.implements(ISpread)
    p.implements(ITick)
    p.implements(IUpkeep, inherit=True)
    p.implements(IWork)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "civic_notify")

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        registry.check()

    # INotifier: CKAN's own messages

    def notify_recipient(
        self, already_notified: bool, recipient_name: str, recipient_email: str, subject: str, body: str,
        body_html: str | None = None, headers: dict[str, Any] | None = None,
        attachments: Iterable[Any] | None = None,
    ) -> bool:
        return outgoing.notify_recipient(
            already_notified, recipient_email, subject, body, body_html, headers, attachments
        )

    def notify_about_topic(self, already_notified: bool, topic: str, details: dict[str, Any] | None = None) -> bool:
        return outgoing.notify_about_topic(already_notified, topic, details)

    # IMenu

    def menu(self, place: str) -> list[tuple[str, str]]:
        return menus.menu(place)

    # IOutbox

    def post(self, session: Session, letter: Letter) -> bool:
        return outgoing.post(session, letter)

    def channels(self) -> Mapping[str, Mapping[str, Any]]:
        return registry.described()

    # ISpread

    def spread(self, session: Session, events: Sequence[Happened]) -> None:
        fanning.owe(session, events)

    # ITick

    def tick(self, session: Session, now: datetime) -> list[str]:
        return [*outgoing.erase(session), *ticking.tick(session)]

    # IUpkeep

    def faults(self, session: Session) -> list[str]:
        return outgoing.faults()

    # IWork

    def work(self, session: Session) -> int:
        return outbox.work(session)

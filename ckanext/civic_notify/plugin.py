"""civic_notify: the outbox: who is told of what, through which channel, and what became of it."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation
from sqlalchemy.orm import Session

import ckanext.civic_notify.model  # noqa: F401  declares the tables
from ckanext.civic_core.domain.news import Happened
from ckanext.civic_core.interfaces import ISpread, ITick, IWork
from ckanext.civic_notify import cli, fanning, outbox, ticking  # noqa: F401  the command joins its group


@tk.blanket.config_declarations
class CivicNotifyPlugin(p.SingletonPlugin, DefaultTranslation):
    """Tells everybody who asked to be told, once."""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)
    p.implements(ISpread)
    p.implements(ITick)
    p.implements(IWork)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")

    # ISpread

    def spread(self, session: Session, events: Sequence[Happened]) -> None:
        fanning.owe(session, events)

    # ITick

    def tick(self, session: Session, now: datetime) -> list[str]:
        return ticking.tick(session)

    # IWork

    def work(self, session: Session) -> int:
        return outbox.work(session)

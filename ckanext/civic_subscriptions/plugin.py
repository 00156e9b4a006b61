"""civic_subscriptions: who wants to hear of what, how, and how often."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation
from ckan.types import Context
from sqlalchemy.orm import Session

import ckanext.civic_subscriptions.model  # noqa: F401  declares the tables
from ckanext.civic_core.domain.news import Followable, Happened, Links, Reach, Target, Thing
from ckanext.civic_core.interfaces import IFollowable, IMenu, IRecipients, ISpread, ITick, IUpkeep, IWork
from ckanext.civic_subscriptions import matching, menus, reaching, refusals, searches, sending, ticking
from ckanext.civic_subscriptions.subscribers import subscribers


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.config_declarations
@tk.blanket.helpers
class CivicSubscriptionsPlugin(p.SingletonPlugin, DefaultTranslation):
    """Keeps subscriptions and the ways to reach those who subscribed."""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)
    p.implements(IFollowable)
    p.implements(IMenu)
    p.implements(IRecipients)
    p.implements(ISpread)
    p.implements(ITick)
    p.implements(IUpkeep)
    p.implements(IWork)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")

    # IFollowable: searches

    def followables(self) -> list[Followable]:
        return [searches.followable()]

    def find_followed(self, context: Context, kind: str, given: str) -> Target | None:
        return searches.find(context.get("session") or model.Session(), given)

    def followed(self, session: Session, targets: Collection[Target]) -> Mapping[Target, Thing]:
        return searches.named(session, targets)

    # IMenu

    def menu(self, place: str) -> list[tuple[str, str]]:
        return menus.menu(place)

    # IRecipients

    def subscribers(self) -> Any:
        return subscribers()

    def reach(self, session: Session, recipients: Collection[str]) -> Mapping[str, Reach]:
        return reaching.reach(session, recipients)

    def links(self, recipient: str, target: Target | None) -> Links:
        return reaching.links(recipient, target)

    def unreachable(self, session: Session, recipient: str, channel: str, address: str) -> None:
        refusals.unreachable(session, recipient, channel, address)

    # ISpread, IWork: letters that visitors asked for, new data and the searches that find them

    def spread(self, session: Session, events: Sequence[Happened]) -> None:
        matching.note(session, events)

    def work(self, session: Session) -> int:
        return sending.work(session) + matching.work(session)

    # ITick, IUpkeep

    def tick(self, session: Session, now: datetime) -> list[str]:
        return ticking.tick(session, now)

    def sync(self, session: Session) -> list[str]:
        return ticking.sync(session)

    def faults(self, session: Session) -> list[str]:
        return ticking.faults(session)

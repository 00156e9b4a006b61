"""civic_core: event log, working calendar, texts in several languages, guard, shared parts of pages."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation
from ckan.types import CKANApp, Context
from sqlalchemy.orm import Session

from ckanext.civic_core import catalogue, datasets, guard, locale, speaking, titles
from ckanext.civic_core.domain.news import Audience, Followable, Happened, Said, Target, Thing, Told
from ckanext.civic_core.interfaces import IFollowable, INews, IWork
from ckanext.civic_core.news import of_datasets, spreading, things


@tk.blanket.actions
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.cli
@tk.blanket.config_declarations
@tk.blanket.helpers
@tk.blanket.validators
class CivicCorePlugin(p.SingletonPlugin, DefaultTranslation):
    """Knows no feature; every feature of the bundle stands on it."""

    p.implements(p.IConfigurer)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.ITranslation)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IOrganizationController, inherit=True)
    p.implements(p.IGroupController, inherit=True)
    p.implements(IFollowable)
    p.implements(INews)
    p.implements(IWork)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "civic_core")
        locale.offer(config)
        catalogue.listen()

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        speaking.know(app)
        return guard.install(app, config)

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        datasets.keep_category(context, pkg_dict)
        catalogue.created(context, pkg_dict["id"])

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        datasets.keep_category(context, pkg_dict)
        catalogue.updated(context, pkg_dict["id"])

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        catalogue.deleted(context, pkg_dict["id"])

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        datasets.show_category(pkg_dict)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return datasets.searchable(pkg_dict)

    def before_dataset_view(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return titles.show_dataset(pkg_dict)

    def before_view(self, data_dict: dict[str, Any]) -> dict[str, Any]:
        return titles.show_group(data_dict)

    # IWork

    def work(self, session: Session) -> int:
        return spreading.spread(session)

    # INews

    def news_types(self) -> Collection[str]:
        return of_datasets.TYPES

    def audiences(self, session: Session, events: Sequence[Happened]) -> Mapping[int, Audience]:
        return of_datasets.audiences(session, events)

    def outdated(self, session: Session, events: Sequence[Happened]) -> Collection[int]:
        return of_datasets.outdated(session, events)

    def say(self, session: Session, told: Sequence[Told]) -> Sequence[Said]:
        return of_datasets.say(session, told)

    # IFollowable

    def followables(self) -> list[Followable]:
        return things.followables()

    def find_followed(self, context: Context, kind: str, given: str) -> Target | None:
        return things.find(context, kind, given)

    def followed(self, session: Session, targets: Collection[Target]) -> Mapping[Target, Thing]:
        return things.followed(session, targets)

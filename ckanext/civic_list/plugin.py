"""civic_list: the unified list of open data: editions, items, duties and what is linked to them."""
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

import ckanext.civic_list.model  # noqa: F401  declares the tables
from ckanext.civic_core.domain.news import Audience, Followable, Happened, Said, Target, Thing, Told
from ckanext.civic_core.interfaces import (
    IDatasetDuties,
    IDataWatch,
    IFollowable,
    IMenu,
    INews,
    ITick,
    IUpkeep,
)
from ckanext.civic_list import agreement, breakpoints, datasets, menus, search, ticking
from ckanext.civic_list.delivery import rules, stored
from ckanext.civic_list.logic.action.datastore import actions
from ckanext.civic_list.telling import desk, things


@tk.blanket.actions(actions)
@tk.blanket.auth_functions
@tk.blanket.blueprints
@tk.blanket.config_declarations
@tk.blanket.helpers
class CivicListPlugin(p.SingletonPlugin, DefaultTranslation):
    """What agencies promised to publish, and by when."""

    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.ITranslation)
    p.implements(p.IOrganizationController, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(IDatasetDuties)
    p.implements(IDataWatch)
    p.implements(IFollowable)
    p.implements(IMenu)
    p.implements(INews)
    p.implements(ITick)
    p.implements(IUpkeep)
    if stored.IXloader is not None:
        p.implements(stored.IXloader, inherit=True)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "civic_list")

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        rules.check()

    # IOrganizationController: before CKAN commits. IPackageController calls these too, with datasets.

    def create(self, entity: Any) -> None:
        if isinstance(entity, model.Group) and entity.is_organization:
            datasets.follow_agency(model.Session(), entity)

    edit = delete = create

    # IPackageController: before CKAN commits

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        datasets.follow(context, pkg_dict["id"])

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        datasets.follow(context, pkg_dict["id"])

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        datasets.forget(context, pkg_dict["id"])

    # IPackageController: in answers and in the index

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        breakpoints.show([pkg_dict])

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return breakpoints.index(pkg_dict)

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return search.ask(search_params)

    def after_dataset_search(self, search_results: dict[str, Any], search_params: dict[str, Any]) -> dict[str, Any]:
        return search.found(search_results, search_params)

    # IFacets

    def dataset_facets(self, facets_dict: Any, package_type: str) -> Any:
        return search.facets(facets_dict)

    def group_facets(self, facets_dict: Any, group_type: str, package_type: str | None) -> Any:
        return search.facets(facets_dict)

    def organization_facets(self, facets_dict: Any, organization_type: str, package_type: str | None) -> Any:
        return search.facets(facets_dict)

    # IXloader: where xloader is loaded; its rows come past the actions of the DataStore

    def after_upload(
        self, context: Context, resource_dict: dict[str, Any], dataset_dict: dict[str, Any]
    ) -> None:
        stored.loaded(context, resource_dict["id"])

    # IDatasetDuties

    def check_duties(
        self, context: Context, links: Sequence[Mapping[str, str]], owner_org: str | None
    ) -> list[str]:
        return datasets.check_duties(context, links)

    # ITick

    def tick(self, session: Session, now: datetime) -> list[str]:
        return ticking.tick(session, now)

    # IMenu

    def menu(self, place: str) -> list[tuple[str, str]]:
        return menus.menu(place)

    # IUpkeep

    def sync(self, session: Session) -> list[str]:
        return ticking.sync(session)

    def faults(self, session: Session) -> list[str]:
        return agreement.faults(session)

    # INews

    def news_types(self) -> Collection[str]:
        return desk.TYPES

    def audiences(self, session: Session, events: Sequence[Happened]) -> Mapping[int, Audience]:
        return desk.audiences(session, events)

    def outdated(self, session: Session, events: Sequence[Happened]) -> Collection[int]:
        return desk.outdated(session, events)

    def say(self, session: Session, told: Sequence[Told]) -> Sequence[Said]:
        return desk.say(session, told)

    # IFollowable

    def followables(self) -> list[Followable]:
        return things.followables()

    def find_followed(self, context: Context, kind: str, given: str) -> Target | None:
        return things.find(context, kind, given)

    def followed(self, session: Session, targets: Collection[Target]) -> Mapping[Target, Thing]:
        return things.followed(session, targets)

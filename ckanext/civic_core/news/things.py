"""What of CKAN's own can be followed: datasets, agencies, categories."""
from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import titles
from ckanext.civic_core.domain.news import Followable, Target, Thing
from ckanext.civic_core.news import datasets_read

__all__ = ["find", "followables", "followed"]


def followables() -> list[Followable]:
    """The kinds, as the reader calls them."""
    return [
        Followable("dataset", tk._("dataset"), "dataset.search"),
        Followable("agency", tk._("agency"), "organization.index"),
        Followable("category", tk._("category"), "group.index"),
    ]


def find(context: Context, kind: str, given: str) -> Target | None:
    """The dataset, agency or category that has this id or name, where the caller may see it."""
    one: Any = model.Package.get(given) if kind == "dataset" else model.Group.get(given)
    if one is None or one.state != "active" or not _is(kind, one):
        return None
    if kind == "dataset" and not _may_read(context, one.id):
        return None
    return Target(kind, one.id)


def _is(kind: str, one: Any) -> bool:
    if kind == "dataset":
        return one.type == "dataset"
    return one.is_organization if kind == "agency" else kind == "category" and one.type == "group"


def _may_read(context: Context, dataset_id: str) -> bool:
    caller: dict[str, Any] = {name: context[name] for name in ("user", "auth_user_obj") if name in context}  # type: ignore[literal-required]
    try:
        return bool(tk.check_access("package_show", caller, {"id": dataset_id}))  # type: ignore[arg-type]
    except tk.NotAuthorized:
        return False


def followed(session: Session, targets: Collection[Target]) -> dict[Target, Thing]:
    """Those that are public, with their names and pages; a statement for datasets, one for the others."""
    ids = {target.id for target in targets if target.type == "dataset"}
    found = {
        target: Thing(target, one.title, one.path)
        for id_, one in datasets_read.read(session, ids).items() if one.public
        for target in (Target("dataset", id_),)
    }
    return found | _groups(session, [target for target in targets if target.type in ("agency", "category")])


def _groups(session: Session, targets: Iterable[Target]) -> dict[Target, Thing]:
    wanted, group = {target.id: target for target in targets}, model.Group
    rows = session.execute(
        sa.select(group.id, group.name, group.title, group.is_organization, group.extras["title_translated"].astext)
        .where(group.id.in_(wanted), group.state == "active")
    ) if wanted else ()
    return {
        wanted[id_]: Thing(wanted[id_], titles.parsed(several, title or name),
                           f"/{'organization' if is_organization else 'group'}/{name}")
        for id_, name, title, is_organization, several in rows
        if is_organization == (wanted[id_].type == "agency")
    }

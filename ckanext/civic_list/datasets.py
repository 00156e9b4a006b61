"""What a dataset's duties do to it, and what the list does when CKAN saves or deletes a dataset."""
from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import config, forms
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.logic.flow import actor_of
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import agencies, duties, indexing, linking, own_terms
from ckanext.civic_list.delivery import settling, watching
from ckanext.civic_list.harvesting import by_harvester
from ckanext.civic_list.messages import sentence

__all__ = ["check_duties", "fill_in", "follow", "follow_agency", "forget"]

_FIELD = linking.FIELD
#: where a call keeps what the maker of a release says of it
SAID = "civic_release"


def check_duties(context: Context, links: Sequence[Mapping[str, str]]) -> list[str]:
    """What is wrong with the duties that a dataset names, a sentence each.

    They must stand, or be about to; those that it is linked to already may stay.
    """
    session = _session(context)
    keys = [link["duty"] for link in links]
    known = duties.in_force_keys(session, keys)
    package = context.get("package")
    if package is not None and len(known) < len(keys):
        known |= dict.fromkeys(one.key for one in linking.of_datasets(session, [package.id])[package.id])
    return [sentence(Refused("duty_unknown", duty=key)) for key in keys if key not in known]


def follow(context: Context, dataset_id: str) -> None:
    """After CKAN saved a dataset, before it commits: its links become those that it declares.

    A dataset that does not have the field at all, as when somebody saved only CKAN's own fields, keeps its links.
    """
    session = _session(context)
    package = linking.hold(session, dataset_id)
    if package is None or package.state == "deleted":
        forget(context, dataset_id)
        return
    watching.note(session, package, _maker(context, by_harvester(context, session, package.id)))
    settling.mark(session, _bring_in_line(context, session, package))


def _maker(context: Context, harvested: bool) -> watching.Maker:
    """Who changes the data, and what he says of it."""
    said = context.get(SAID) or {}
    return watching.Maker(
        actor_of(context), "harvest" if harvested else "upload", said.get("for_period") or "",
        bool(said.get("correction")),
    )


def _bring_in_line(context: Context, session: Session, package: Any) -> set[str]:
    """Make links what the dataset declares; ids of the duties for which something changed."""
    if _FIELD not in (package.extras or {}):
        if linking.of_datasets(session, [package.id]):
            linking.write_back(session, [package.id])
        return set()
    wanted = linking.declared(package.extras[_FIELD])
    try:
        return linking.bring_in_line(session, package, wanted, roles_of(context), actor_of(context))
    except Refused as refusal:
        raise tk.ValidationError({refusal.field: [sentence(refusal)]}) from refusal


def forget(context: Context, dataset_id: str) -> None:
    """A deleted dataset, by its id or as CKAN's pages by its name, answers no duty."""
    session, package = _session(context), core.Package.get(dataset_id)
    if package is not None:
        watching.forget(session, package.id, linking.end_all(session, package.id, actor_of(context)))


def follow_agency(session: Session, organisation: Any) -> None:
    """After CKAN saved an organisation, before it commits: the register follows.

    Datasets name duties by the agency's name in addresses: where that changed, they are written anew.
    """
    if agencies.follow(session, organisation):
        named = linking.of_agency(session, organisation.id)
        linking.write_back(session, named)
        indexing.after_commit(session, named)


def fill_in(context: Context, data: MutableMapping[str, Any]) -> None:
    """Where duties are chosen, what was left empty comes from the list: title, category; the period is the strictest.

    Done before CKAN checks the dataset, so that it works the same for forms, with JavaScript or without, and the API.
    Says nothing of what is wrong: the checks of the dataset do. What its maker says of the release that he makes is
    taken out: it is no property of the dataset.
    """
    context[SAID] = _said(data)  # type: ignore[literal-required]
    session = _session(context)
    keys = _chosen(session, data)
    rows = duties.in_force_keys(session, keys)
    known = [rows[key] for key in keys if key in rows]
    if not known:
        return
    _fill_title(data, known[0].version.title)
    if not data.get("category") and not data.get("groups"):
        data["category"] = known[0].version.category
    data["update_period"] = own_terms.periods().strictest([row.period for row in known])


def _said(data: MutableMapping[str, Any]) -> dict[str, Any]:
    """``for_period`` and ``correction`` of the dataset or of one of its resources."""
    found: dict[str, Any] = {}
    resources = data.get("resources") or ()
    for one in (data, *(one for one in resources if isinstance(one, dict))):
        for name in ("for_period", "correction"):
            value = one.pop(name, None)
            if value not in (None, ""):
                found[name] = value
    if "correction" in found:
        found["correction"] = str(found["correction"]).casefold() in ("true", "yes", "on", "1")
    return found


def _chosen(session: Session, data: Mapping[str, Any]) -> list[str]:
    """The duties that were sent; where the field was left out of an update, those that are stored."""
    in_form = any(isinstance(name, str) and name.startswith(f"{_FIELD}-") for name in data)
    if in_form or data.get(_FIELD) is not None:
        sent = forms.duty_rows(_FIELD, {**data, _FIELD: _parsed(data.get(_FIELD))})
        return [row["duty"] for row in linking.declared(sent) if isinstance(row["duty"], str)]
    key = data.get("id") or ""
    package = core.Package
    query = sa.select(package.extras[_FIELD].astext).where(sa.or_(package.id == key, package.name == key))
    return [row["duty"] for row in linking.declared(session.scalar(query) if key else None)]


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.lstrip().startswith("[") else value.split(",")
    except ValueError:
        return []


def _fill_title(data: MutableMapping[str, Any], title: Mapping[str, str]) -> None:
    by_form = [f"title_translated-{language}" for language in config.languages()]
    if any(name in data for name in by_form):
        if not any(data.get(name) for name in by_form):
            data.update({f"title_translated-{language}": text for language, text in title.items()})
    elif not data.get("title_translated") and not data.get("title") and not data.get("id"):
        data["title_translated"] = dict(title)


def _session(context: Context) -> Session:
    return context.get("session") or core.Session  # type: ignore[return-value]

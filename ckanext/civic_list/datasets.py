"""What a dataset's duties do to it, and what the list does when CKAN saves or deletes a dataset."""
from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core import config, forms, vocabulary
from ckanext.civic_core.logic.flow import actor_of
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import duties, linking
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_list.messages import sentence

__all__ = ["check_duties", "fill_in", "follow", "forget"]

_FIELD = "duties"


def check_duties(context: Context, links: Sequence[Mapping[str, str]]) -> list[str]:
    """What is wrong with the duties that a dataset names, a sentence each: they must stand, or be about to."""
    known = duties.in_force_keys(_session(context), [link["duty"] for link in links])
    unknown = [link["duty"] for link in links if link["duty"] not in known]
    return [sentence(Refused("duty_unknown", duty=key)) for key in unknown]


def follow(context: Context, dataset_id: str) -> None:
    """After CKAN saved a dataset, before it commits: its links become those that it declares."""
    session = _session(context)
    package = session.get(core.Package, dataset_id)
    if package is None:
        return
    if package.state == "deleted":
        forget(context, dataset_id)
        return
    wanted = linking.declared((package.extras or {}).get(_FIELD))
    try:
        linking.bring_in_line(session, package, wanted, roles_of(context), actor_of(context))
    except Refused as refusal:
        raise tk.ValidationError({refusal.field: [sentence(refusal)]}) from refusal


def forget(context: Context, dataset_id: str) -> None:
    """A deleted dataset answers no duty."""
    linking.end_all(_session(context), dataset_id, actor_of(context))


def fill_in(context: Context, data: MutableMapping[str, Any]) -> None:
    """Where duties are chosen, what was left empty comes from the list: title, category; the period is the strictest.

    Done before CKAN checks the dataset, so that it works the same for forms, with JavaScript or without, and the API.
    """
    chosen = forms.duty_rows(_FIELD, data)
    if not chosen:
        return
    rows = list(duties.in_force_keys(_session(context), [one["duty"] for one in chosen if one.get("duty")]).values())
    if not rows:
        return
    first = next((row for row in rows if f"{row.code}@{row.agency.name}" == chosen[0]["duty"]), rows[0])
    _fill_title(data, first.version.title)
    if not data.get("category") and not data.get("groups"):
        data["category"] = first.version.category
    data["update_period"] = _strictest(row.duty.period or row.version.period for row in rows)


def _fill_title(data: MutableMapping[str, Any], title: Mapping[str, str]) -> None:
    by_form = [f"title_translated-{language}" for language in config.languages()]
    if any(name in data for name in by_form):
        if not any(data.get(name) for name in by_form):
            data.update({f"title_translated-{language}": text for language, text in title.items()})
    elif not data.get("title_translated") and not data.get("title"):
        data["title_translated"] = dict(title)


def _strictest(periods: Any) -> str:
    order = {term.code: place for place, term in enumerate(vocabulary.load("periods"))}
    return min(periods, key=lambda code: order.get(code, len(order)))


def _session(context: Context) -> Session:
    return context.get("session") or core.Session  # type: ignore[return-value]

"""Editions read as a whole: as a file, against another one, and for what approval would change."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, vocabulary
from ckanext.civic_core.logic import flow
from ckanext.civic_list import agencies, annex, editions, simulating, terms
from ckanext.civic_list.domain import difference, impact
from ckanext.civic_list.domain.impact import Owed
from ckanext.civic_list.domain.items import Item as Row
from ckanext.civic_list.logic.action.edition import visible
from ckanext.civic_list.logic.schema import editions as schema
from ckanext.civic_list.messages import transaction
from ckanext.civic_list.model import Duty, Edition, Item, Link


@tk.side_effect_free
@transaction
def civic_edition_export(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The rows of an edition as a file: the columns that an import understands, so that importing it changes nothing.

    Anybody may, for what they may see. Text that a spreadsheet would run as a formula is written so that it does not.

    :param id: id or number of the edition.
    :param format: ``xlsx`` (default), ``csv`` or ``json``.
    :returns: ``{"filename", "format", "content"}``; ``content`` is bytes within the portal, base64 text over HTTP.
    :raises ObjectNotFound: where there is no such edition to see.
    """
    tk.check_access("civic_edition_export", context, data_dict)
    data = flow.checked(data_dict, schema.export(), context)
    session = flow.session_of(context)
    edition = visible(context, editions.find(session, {"id": data["id"]}))
    content = annex.exported(session, edition, data["format"])
    return {
        "filename": f"unified-list-{edition.number}.{data['format']}", "format": data["format"],
        "content": annex.Content(content),
    }


@tk.side_effect_free
@transaction
def civic_edition_diff(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What one edition says otherwise than another. Numbers are never an identity: items are compared by their code.

    Anybody may, for editions that they may see.

    :param from: id or number of the earlier edition.
    :param to: id or number of the later one.
    :returns: ``{"added": [row], "removed": [row], "renamed": [{"code", "before", "after"}], "moved": [...],
        "split": [{"from": row, "into": [row]}], "changed": [{"code", "title", "field", "before", "after"}],
        "renumbered": n, "unchanged": n}``; ``unchanged`` counts what is the same in all but its number.
    """
    tk.check_access("civic_edition_diff", context, data_dict)
    data = flow.checked(data_dict, schema.diff(), context)
    session = flow.session_of(context)
    before, after = (visible(context, editions.find(session, {"id": data[end]})) for end in ("from", "to"))
    old, new = editions.rows(session, before.id), editions.rows(session, after.id)
    found = difference.compare(old, new, editions.splits(session))
    return _shown(session, found, [*old, *new])


def _shown(session: Session, found: difference.Difference, rows: Sequence[Row]) -> dict[str, Any]:
    owners = editions.owners(session, (row.owner for row in rows))

    titles = {row.code: dict(row.title) for row in rows}

    def row(one: Row) -> dict[str, Any]:
        return editions.shown_row(one, owners.get(one.owner))

    def pair(one: difference.Pair) -> dict[str, Any]:
        return {"code": one.code, "before": row(one.before), "after": row(one.after)}

    return {
        "added": [row(one) for one in found.added], "removed": [row(one) for one in found.removed],
        "renamed": [pair(one) for one in found.renamed], "moved": [pair(one) for one in found.moved],
        "split": [{"from": row(one.origin), "into": [row(part) for part in one.into]} for one in found.split],
        "changed": [{**_change(one), "title": titles[one.code]} for one in found.changed],
        "renumbered": len(found.renumbered), "unchanged": len(found.unchanged),
    }


def _change(one: difference.Change) -> dict[str, Any]:
    return {"code": one.code, "field": one.field, "before": _plain(one.before), "after": _plain(one.after)}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "kind"):
        return {"kind": value.kind, "days": value.days, "unit": value.unit}
    return list(value) if isinstance(value, tuple) else dict(value) if hasattr(value, "keys") else value


@tk.side_effect_free
@transaction
def civic_edition_impact(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What will change when this edition comes into force, against the one that it follows.

    List keepers may. Counted for the day on which it comes into force, or for today where that is not known.

    :param id: id or number of the edition.
    :returns: ``{"in_force": number or null, "new", "lost", "moved", "bodies": [{"agency", "new", "lost", "moved_in",
        "moved_out"}], "looser": [{"code", "field", "before", "after"}], "datasets", "workload", "revision",
        "annex_sha256"}``: duties that bodies gain and lose, and those of items that go to another body; items whose
        period becomes looser; how many linked datasets lose their duty; the SHA-256 of the annex, which is what is
        approved, at this ``revision``. ``workload`` is ``{"since", "until", "total", "agencies": [{"agency", "now",
        "after"}], "figures"}``: for the twelve months from that day, now and after, ``{"duties", "year", "month",
        "week", "busiest_month"}`` in releases; ``figures`` says, now and after, what ``actuality`` and ``delivered``
        (``{"numerator", "denominator", "percent"}``) would be if every dataset went on as in the last twelve months.
    """
    tk.check_access("civic_edition_impact", context, data_dict)
    data = flow.checked(data_dict, schema.one(), context)
    session = flow.session_of(context)
    edition = editions.find(session, {"id": data["id"]})
    day = max(edition.effective_from or clock.today(), clock.today())
    former = editions.before(session, edition, day)
    after = terms.owed_on(session, edition.id, day)
    before = terms.owed_on(session, former.id, day) if former else set()
    bodies = impact.balances(before, after)
    sums = impact.total(bodies.values())
    return {
        "in_force": former.number if former else None, "new": sums.new, "lost": sums.lost, "moved": sums.moved_in,
        "bodies": _by_body(session, bodies), "looser": _looser(session, former, edition),
        "datasets": _datasets_without_duty(session, before, after),
        "workload": simulating.simulate(session, former, edition, day, before, after), "revision": edition.revision,
        "annex_sha256": edition.annex_sha256 or annex.digest(session, edition),
    }


def _by_body(session: Session, balances: Mapping[str, impact.Balance]) -> list[dict[str, Any]]:
    names = agencies.titles(session, balances)
    bodies = [{"agency": names[agency], **asdict(balance)} for agency, balance in balances.items()]
    return sorted(bodies, key=lambda body: (-body["new"] - body["lost"], body["agency"]["name"]))


def _looser(session: Session, former: Edition | None, edition: Edition) -> list[dict[str, Any]]:
    """The vocabulary goes from the strictest period to the loosest."""
    if former is None:
        return []
    order = {term.code: place for place, term in enumerate(vocabulary.load("periods"))}
    found = difference.compare(editions.rows(session, former.id), editions.rows(session, edition.id))
    return [
        _change(one) for one in found.changed
        if one.field == "period" and order.get(one.after, -1) > order.get(one.before, -1)
    ]


def _datasets_without_duty(session: Session, before: Collection[Owed], after: Collection[Owed]) -> int:
    """Datasets with a confirmed link to a duty that ends, and with none to a duty that goes on."""
    owed = sorted(before)
    arrays = (
        sa.cast([code for code, _ in owed], ARRAY(sa.Text)), sa.cast([agency for _, agency in owed], ARRAY(sa.Text)),
        sa.cast([one in after for one in owed], ARRAY(sa.Boolean)),
    )
    duties = sa.func.unnest(*arrays).table_valued("code", "agency_id", "stays", name="owed").render_derived()
    losing = (
        sa.select(Link.dataset_id)
        .join(Duty, Duty.id == Link.duty_id).join(Item, Item.id == Duty.item_id)
        .join(duties, sa.and_(duties.c.code == Item.code, duties.c.agency_id == Duty.agency_id))
        .where(Link.state == "confirmed").group_by(Link.dataset_id).having(~sa.func.bool_or(duties.c.stays))
    )
    return session.scalar(sa.select(sa.func.count()).select_from(losing.subquery())) or 0

"""Who may read the datasets that a message is about."""
from __future__ import annotations

from collections.abc import Collection

import ckan.model as model
import sqlalchemy as sa
from ckan.lib.plugins import get_permission_labels
from sqlalchemy.orm import Session

__all__ = ["may_read"]

_NO_ACCOUNT = "address:"
_NONE: frozenset[str] = frozenset()


def may_read(session: Session, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (recipient, dataset) who may read the dataset now, as CKAN's permission labels say.

    One statement for the datasets; for readers who ask for one that is not public, one for their accounts and those
    that CKAN needs for the labels of each.

    :param pairs: id of a user, or ``address:<id>``, who reads what everybody may; id of a dataset.
    """
    datasets = {one.id: one for one in session.scalars(
        sa.select(model.Package).where(
            model.Package.id.in_({dataset for _, dataset in pairs}), model.Package.state == "active",
        )
    )}
    labels = get_permission_labels()
    shown = {id_: frozenset(labels.get_dataset_labels(one)) for id_, one in datasets.items()}
    public = frozenset(labels.get_user_dataset_labels(None))
    found = {pair for pair in pairs if shown.get(pair[1], _NONE) & public}
    asking = {who for who, dataset in set(pairs) - found if dataset in shown and not who.startswith(_NO_ACCOUNT)}
    own = _own_labels(session, asking)
    return found | {(who, dataset) for who, dataset in pairs if shown.get(dataset, _NONE) & own.get(who, _NONE)}


def _own_labels(session: Session, users: Collection[str]) -> dict[str, frozenset[str]]:
    if not users:
        return {}
    labels = get_permission_labels()
    accounts = session.scalars(sa.select(model.User).where(model.User.id.in_(users), model.User.state == "active"))
    return {one.id: frozenset(labels.get_user_dataset_labels(one)) for one in accounts}

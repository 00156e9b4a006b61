"""Notices what a transaction changes at datasets, when the session writes it: in whatever way, without a statement."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.orm import Session, object_session

__all__ = ["Noticed", "listen", "take"]

_MARK = "civic_noticed"
#: not what a dataset says of its data
_INTERNAL = frozenset({
    "id", "metadata_created", "metadata_modified", "creator_user_id", "plugin_data", "state", "private", "type",
})
#: a change in one of these brings other data
_DATA = frozenset({"url", "url_type", "last_modified"})
#: of a resource: what CKAN and its loaders write by themselves
_LOADED = frozenset({
    "id", "package_id", "position", "created", "metadata_modified", "cache_url", "cache_last_updated", "hash", "size",
    "mimetype", "mimetype_inner", "datastore_active", "state", *_DATA,
})


@dataclass
class Noticed:
    """What changed at a dataset since the transaction began, or since it was last asked for.

    :param was: its former ``state`` and ``private``, where they changed.
    :param fields: names of what its description changed in; ``files``: ids of resources with other data.
    """

    was: dict[str, Any] = field(default_factory=dict[str, Any])
    fields: set[str] = field(default_factory=set[str])
    files: set[str] = field(default_factory=set[str])


def take(session: Session, dataset_id: str) -> Noticed:
    """What was noticed of a dataset; it is told once."""
    return _all(session).pop(dataset_id, None) or Noticed()


def listen() -> None:
    """Begin to notice; safe to call again."""
    for target, moment, hear in _HEARD:
        if not sa.event.contains(target, moment, hear):
            sa.event.listen(target, moment, hear)


def _all(session: Any) -> dict[str, Noticed]:
    return session.info.setdefault(_MARK, {})


def _of(instance: Any, dataset_id: str | None) -> Noticed:
    return _all(object_session(instance)).setdefault(dataset_id or "", Noticed())


def _forget(session: Session, transaction: Any) -> None:
    """The outermost transaction is over, kept or not."""
    if transaction.parent is None:
        session.info.pop(_MARK, None)


def _package_changes(_mapper: Any, _connection: Any, package: Any) -> None:
    noticed, changed = _of(package, package.id), _changed(package)
    for name in {"state", "private"} & changed:
        noticed.was.setdefault(name, _former(package, name))
    noticed.fields |= changed - _INTERNAL


def _resource_comes(_mapper: Any, _connection: Any, resource: Any) -> None:
    _of(resource, resource.package_id).files.add(resource.id)


def _resource_changes(_mapper: Any, _connection: Any, resource: Any) -> None:
    noticed, changed = _of(resource, resource.package_id), _changed(resource)
    if changed & (_DATA | {"state"}):
        noticed.files.add(resource.id)
    if changed - _LOADED:
        noticed.fields.add("resources")


def _tag_changes(_mapper: Any, _connection: Any, tagged: Any) -> None:
    _of(tagged, tagged.package_id).fields.add("tags")


def _member_changes(_mapper: Any, _connection: Any, member: Any) -> None:
    if member.table_name == "package" and member.capacity != "organization":
        _of(member, member.table_id).fields.add("groups")


def _changed(instance: Any) -> set[str]:
    """Names of the columns that get another value; those kept together in ``extras`` by their own names."""
    names: set[str] = set()
    state = sa.inspect(instance)
    for name in (one.key for one in state.mapper.column_attrs if state.attrs[one.key].history.has_changes()):
        before, after = _former(instance, name), getattr(instance, name)
        if name == "extras":
            names |= _differing(before or {}, after or {})
        elif not _same(before, after):
            names.add(name)
    return names


def _former(instance: Any, name: str) -> Any:
    """The value that the database has still."""
    attribute = sa.inspect(instance).attrs[name]
    found = attribute.history if attribute.history.deleted else attribute.load_history()
    return found.deleted[0] if found.deleted else None


def _same(before: Any, after: Any) -> bool:
    """An empty text and none are the same to a reader."""
    return (before or None) == (after or None)


def _differing(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in {*before, *after} if not _same(before.get(name), after.get(name))}


_HEARD: tuple[tuple[Any, str, Callable[..., None]], ...] = (
    (model.Package, "before_update", _package_changes),
    (model.Resource, "after_insert", _resource_comes),
    (model.Resource, "before_update", _resource_changes),
    (model.Resource, "before_delete", _resource_comes),
    (model.PackageTag, "after_insert", _tag_changes),
    (model.PackageTag, "before_update", _tag_changes),
    (model.PackageTag, "before_delete", _tag_changes),
    (model.Member, "after_insert", _member_changes),
    (model.Member, "before_update", _member_changes),
    (model.Session, "after_transaction_end", _forget),
)

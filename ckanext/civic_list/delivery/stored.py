"""Changes of the DataStore's tables, which CKAN tells nobody of in the transaction that makes them.

The DataStore is another database. So that no change is lost, what is about to change is written down, and committed,
before it is; until the change is over no worker looks at it. Where the process is killed in between, the note comes
free after a while, and the tick looks.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import ckan.model as core
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.types import Context
from sqlalchemy.dialects.postgresql import insert

from ckanext.civic_core import clock
from ckanext.civic_core.logic.flow import actor_of
from ckanext.civic_list.content.seeing import TABLES
from ckanext.civic_list.delivery import looking
from ckanext.civic_list.harvesting import by_harvester
from ckanext.civic_list.model import Sighting

try:
    from ckanext.xloader.interfaces import IXloader
except ImportError:
    IXloader = None

__all__ = ["IXloader", "loaded", "writing"]

#: the longest that a change may take; afterwards it is looked at in any case
_LONGEST = timedelta(hours=1)
_REFUSALS = (tk.ValidationError, tk.NotAuthorized, tk.ObjectNotFound)


@contextmanager
def writing(context: Context, resource_id: Any) -> Iterator[None]:
    """What is done inside changes the table of a resource; afterwards a worker looks at it.

    What was refused changed nothing; of any other failure nobody knows.
    """
    resource = _resource(resource_id)
    if resource is None:
        yield
        return
    dataset_id, note = resource.package_id, _note(context, resource)
    try:
        yield
    except _REFUSALS:
        _forget(note["id"])
        raise
    except BaseException:
        _free(note)
        raise
    _free(note)
    looking.hint(dataset_id)


def loaded(context: Context, resource_id: Any) -> None:
    """The table of a resource has been changed by somebody else; a worker looks at it."""
    with writing(context, resource_id):
        pass


def _resource(resource_id: Any) -> Any:
    resource = core.Resource.get(resource_id) if isinstance(resource_id, str) else None
    return resource if resource is not None and resource.state == "active" else None


def _note(context: Context, resource: Any) -> dict[str, Any]:
    """Remember, in a transaction of its own, that the table may change from now on."""
    dataset, user = resource.package, actor_of(context)
    note = {
        "id": make_uuid(), "dataset_id": dataset.id, "resource_id": resource.id, "at": clock.now(),
        "how": _how(context, resource), "by": user, "public": dataset.state == "active" and not dataset.private,
        "for_period": "", "correction": False, "tries": 0, "claimed_until": clock.now() + _LONGEST,
    }
    _write(sa.insert(Sighting).values(note))
    return note


def _how(context: Context, resource: Any) -> str:
    """The table of a file elsewhere is a copy of it: that file is asked."""
    if resource.url_type not in ("upload", *TABLES):
        return "checksum"
    return "harvest" if by_harvester(context, core.Session, resource.package_id) else "datastore"  # type: ignore[arg-type]


def _forget(id_: str) -> None:
    _write(sa.delete(Sighting).where(Sighting.id == id_))


def _free(note: dict[str, Any]) -> None:
    """Now it may be looked at, also where somebody who could not wait did so before the change was over."""
    _write(
        insert(Sighting).values({**note, "at": clock.now(), "claimed_until": None})
        .on_conflict_do_update(index_elements=["id"], set_={"at": clock.now(), "claimed_until": None})
    )


def _write(statement: Any) -> None:
    with core.ensure_engine().begin() as connection:
        connection.execute(statement)

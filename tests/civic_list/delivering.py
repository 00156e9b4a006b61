"""Files that are brought, and time that passes, for tests of what is owed and what came."""
from __future__ import annotations

import io
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from civic_list.listing import begin_list, dataset, on
from civic_list.portal import HEALTH, act
from werkzeug.datastructures import FileStorage

from ckanext.civic_core import clock
from ckanext.civic_list.delivery import looking
from ckanext.civic_list.model import Duty, Evidence, Obligation, Standing
from ckanext.civic_list.ticking import tick

FIRST = b"period;region;count\n2025-01;Akmola;1\n2025-01;Abai;2\n"
SECOND = b"period;region;count\n2025-02;Akmola;3\n2025-02;Abai;4\n"


def upload(content: bytes, name: str = "data.csv") -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def publish(duty: str, **more: Any) -> dict[str, Any]:
    """A public dataset that answers a duty, without data yet."""
    return dataset("health_editor", HEALTH, duty, **more)


def one_file_came() -> list[str]:
    """Two monthly rows of the ministry, a quarterly one of twenty akimats; one file came in February, none since.

    :returns: the codes of the rows; the file answers the first.
    """
    with on("2025-01-20"):
        codes = begin_list(rows=3)
    with on("2025-02-03"):
        pass_time()
        publish(f"{codes[0]}@{HEALTH}")
        put("schools", FIRST)
    return codes


def put(name: str, content: bytes, user: str = "health_editor", **more: Any) -> None:
    """Upload a file as a resource, and let the worker look at it."""
    resources = act(user, "package_show", id=name)["resources"]
    about = {"upload": upload(content, more.pop("filename", "data.csv")), "format": "CSV", "url": "", **more}
    if resources:
        act(user, "resource_update", id=resources[0]["id"], name="data", **about)
    else:
        act(user, "resource_create", package_id=name, name="data", **about)
    look(name)


def look(name: str) -> None:
    """Let the worker do its part."""
    looking.look_at(act("operator", "package_show", id=name)["id"])


def pass_time() -> None:
    """The portal comes to the day on which the clock stands."""
    tick(model.Session, clock.now())


def duty_id(key: str) -> str:
    """The id of the duty that is named ``CODE@agency``."""
    return act("citizen", "civic_duty_show", id=key)["id"]


def states(subject: str) -> list[tuple[str, str]]:
    """From which day on a duty or dataset has which state, as it is written down."""
    rows = model.Session.scalars(
        sa.select(Standing).where(Standing.subject_id == subject).order_by(Standing.since)
    )
    return [(row.since.isoformat(), row.code) for row in rows]


def obligations(duty: str) -> dict[str, str]:
    """By key, how each obligation is written down, by due day."""
    rows = model.Session.scalars(
        sa.select(Obligation).join(Duty, Duty.id == Obligation.duty_id).where(Duty.id == duty).order_by(Obligation.due)
    )
    return {row.key: row.state for row in rows}


def evidence() -> list[tuple[str, str, int | None]]:
    """How each change was seen, why it does not count, and the release that it belongs to."""
    rows = model.Session.scalars(sa.select(Evidence).order_by(Evidence.id))
    return [(row.how, row.reason, row.release) for row in rows]

"""``ckan civic calendar``: the year's moved days, from the file in which the keeper wrote them down."""
from __future__ import annotations

from pathlib import Path

import ckan.model as model
import ckan.plugins.toolkit as tk
import click
from ckan.types import Context

from ckanext.civic_core.calendar import decide
from ckanext.civic_core.calendar_file import parse
from ckanext.civic_core.logic import flow

__all__ = ["calendar"]


@click.group()
def calendar() -> None:
    """The working calendar."""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-u", "--user", help="Who decides; the site's own account by default.")
def import_file(file: Path, user: str | None) -> None:
    """Record the days that FILE (CSV: day,kind,note) makes off or worked; all of them or none."""
    parsed = parse(file.read_bytes())
    for fault in parsed.faults:
        click.echo(str(fault), err=True)
    if parsed.faults:
        raise click.ClickException(f"{len(parsed.faults)} faults; nothing was recorded.")
    context = _acting(user)
    changed = decide(model.Session, parsed.decisions, actor=flow.actor_of(context))
    flow.commit(context)
    click.echo(f"{len(changed)} days recorded, {len(parsed.decisions) - len(changed)} stood so already.")


def _acting(user: str | None) -> Context:
    name = user or tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = Context(session=model.Session, user=name)
    try:
        tk.check_access("civic_working_day_set", context, {})
    except tk.NotAuthorized as refusal:
        raise click.ClickException(str(refusal)) from refusal
    return context

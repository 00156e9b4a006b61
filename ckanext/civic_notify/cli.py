"""``ckan civic deliver``: the outbox worker."""
from __future__ import annotations

import ckan.model as model
import click

from ckanext.civic_core import working
from ckanext.civic_core.cli import civic

__all__: list[str] = []


@civic.command()
@click.option("--idle", default=0.5, show_default=True, help="Seconds of rest where nothing waits.")
@click.option("--once", is_flag=True, help="Do what waits now, then stop.")
def deliver(idle: float, once: bool) -> None:
    """Spread news and hand over messages, until stopped. Any number may run, on any number of nodes."""
    if once:
        click.echo(f"{working.work_through()} done")
    else:
        working.loop(model.Session, idle)

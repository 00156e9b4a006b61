"""``ckan civic``: the bundle's command; features add their own subcommands to the group."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins as p
import click

from ckanext.civic_core import audit as audit_log
from ckanext.civic_core import doctor as examination
from ckanext.civic_core import ticking
from ckanext.civic_core.calendar_cli import calendar
from ckanext.civic_core.interfaces import IUpkeep

__all__ = ["civic"]


@click.group()
def civic() -> None:
    """What makes the portal accountable."""


civic.add_command(calendar)


@civic.group()
def audit() -> None:
    """The event log."""


@audit.command("verify")
@click.option("--stream", help="Only this kind of object.")
def verify(stream: str | None) -> None:
    """Recompute the hash chains of the event log; exit code 1 when something does not fit."""
    faults = 0
    for fault in audit_log.verify(model.Session, stream):
        faults += 1
        click.echo(f"{fault.stream} {fault.stream_id} #{fault.sequence} (event {fault.event}): {fault.what}")
    if faults:
        raise click.ClickException(f"{faults} faults")
    click.echo("The event log is whole.")


@civic.command()
def tick() -> None:
    """Do all that has become due by time. Safe to run twice, and on two nodes at once."""
    for done in ticking.tick(model.Session):
        click.echo(done)


@civic.command()
@click.option("--every", default=60, show_default=True, help="Seconds between two ticks.")
def scheduler(every: int) -> None:
    """Tick in a loop, until stopped."""
    ticking.loop(model.Session, every, click.echo)


@civic.command()
def sync() -> None:
    """Take over what was in CKAN before the plugins were. Safe to run twice."""
    for plugin in p.PluginImplementations(IUpkeep):
        for done in plugin.sync(model.Session()):
            click.echo(f"{plugin.name}: {done}")


@civic.command()
def doctor() -> None:
    """Look whether services, secrets, tables and records are in order; exit code 1 where they are not."""
    faults = list(examination.faults(model.Session()))
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException(f"{len(faults)} faults")
    click.echo("Everything is in order.")


@civic.command()
@click.option("--password", help="Of all demo accounts; made up where it is left out.")
def demo(password: str | None) -> None:
    """Load the demo: agencies, the list of 2025 in force, that of 2026 as a draft, datasets, accounts."""
    from ckanext.civic_core.demo import load as loading

    if loading.loaded():
        click.echo("The demo is loaded already.")
        return
    if loading.broken():
        raise click.ClickException("Loading the demo was cut off before. Begin with an empty database: make clean.")
    password = password or loading.new_password()
    loading.load(password, lambda step: click.echo(f"Demo: {step}"))
    click.echo(loading.accounts_table(password))

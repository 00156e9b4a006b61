"""``ckan civic push-keys``: the key pair of web push."""
from __future__ import annotations

import click

from ckanext.civic_core.cli import civic
from ckanext.civic_notify.channels import vapid

__all__: list[str] = []


@civic.command("push-keys")
def push_keys() -> None:
    """Make a key pair for web push and print the settings. Nothing is stored; keep the private key secret."""
    private, public = vapid.made()
    click.echo("ckanext.civic_notify.web_push.adapter = vapid")
    click.echo(f"ckanext.civic_notify.web_push.private_key = {private}")
    click.echo(f"# the public key, which browsers are given by the portal: {public}")

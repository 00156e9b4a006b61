"""The service worker and the key pair of web push."""
from __future__ import annotations

from click.testing import CliRunner

from ckanext.civic_notify import keys_cli
from ckanext.civic_notify.channels import vapid


def test_the_service_worker_may_show_news_of_the_whole_site(app):
    answer = app.get("/civic-push.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert "max-age=0" in answer.headers["Cache-Control"]
    assert "showNotification" in answer.body


def test_a_key_pair_is_made_and_can_be_used():
    shown = CliRunner().invoke(keys_cli.push_keys).output
    lines = shown.splitlines()
    private = lines[1].removeprefix("ckanext.civic_notify.web_push.private_key = ")
    assert lines[0] == "ckanext.civic_notify.web_push.adapter = vapid"
    assert lines[2].endswith(vapid.public_key(vapid.private_key(private)))
    assert CliRunner().invoke(keys_cli.push_keys).output != shown


def test_the_command_is_in_its_group(portal):
    from ckanext.civic_core.cli import civic

    assert "push-keys" in civic.commands

"""Which channels there are, by settings; a wrong one stops the start and is named."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.exceptions import CkanConfigurationException
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ckanext.civic_notify.channels import registry, vapid
from ckanext.civic_notify.channels.console import Console
from ckanext.civic_notify.channels.kannel import Kannel
from ckanext.civic_notify.channels.memory import Memory
from ckanext.civic_notify.channels.smtp import Smtp
from ckanext.civic_notify.channels.web_push import WebPush
from ckanext.civic_notify.channels.webhook import Webhook

PREFIX = "ckanext.civic_notify."
PRIVATE, PUBLIC = vapid.made()
WHOLE = {
    "email.adapter": "smtp", "sms.adapter": "kannel", "sms.url": "http://10.0.0.1:13013/cgi-bin/sendsms",
    "sms.username": "portal", "sms.password": "word", "web_push.adapter": "vapid", "web_push.private_key": PRIVATE,
    "app_push.adapter": "webhook", "app_push.url": "https://egov.example.kz/push", "app_push.secret": "s" * 16,
}


@pytest.fixture
def configure(portal, monkeypatch) -> Any:
    def configure(**changed: Any) -> None:
        for key, value in {**WHOLE, **{key.replace("__", "."): value for key, value in changed.items()}}.items():
            monkeypatch.setitem(tk.config, key if key.startswith("smtp.") else PREFIX + key, value)

    return configure


def test_without_a_setting_there_is_e_mail_only(portal):
    assert registry.names() == ["email"]
    assert isinstance(registry.build("email"), Smtp)
    registry.check()


def test_every_channel_has_its_adapter_and_its_place(configure):
    configure()
    registry.check()
    assert registry.names() == ["email", "sms", "web_push", "app_push"]
    kinds = [type(registry.build(name)) for name in registry.names()]
    assert kinds == [Smtp, Kannel, WebPush, Webhook]
    assert [registry.build(name).name for name in registry.names()] == registry.names()


@pytest.mark.parametrize(("adapter", "kind"), [("console", Console), ("memory", Memory)])
def test_each_channel_can_stay_on_this_machine(configure, adapter, kind):
    configure(**{f"{name}__adapter": adapter for name in ("email", "sms", "web_push", "app_push")})
    assert {type(registry.build(name)) for name in registry.names()} == {kind}
    assert {registry.build(name).name for name in registry.names()} == set(registry.names())


def test_what_is_not_configured_is_not_there(configure):
    configure(email__adapter="", sms__adapter="", app_push__adapter=" ")
    assert registry.names() == ["web_push"]


def test_readers_are_told_of_the_channels_by_name(configure, portal):
    configure(app_push__label="eGov")
    with portal.flask_app.test_request_context("/"):
        assert registry.described() == {
            "email": {"label": "E-mail"}, "sms": {"label": "SMS"},
            "web_push": {"label": "Notifications in this browser", "public_key": PUBLIC}, "app_push": {"label": "eGov"},
        }
        configure(app_push__label="", web_push__adapter="memory", web_push__private_key="")
        assert registry.described()["app_push"] == {"label": "Mobile app"}
        assert registry.described()["web_push"]["public_key"] == ""


def test_the_cap_is_of_text_messages(configure):
    configure(sms__cap=3)
    assert [registry.cap(name) for name in registry.names()] == [0, 3, 0, 0]
    configure(sms__cap=0)
    assert registry.cap("sms") == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("email.adapter", "postfix"), ("sms.adapter", "smtp"), ("web_push.adapter", "webhook"),
        ("app_push.adapter", "x"),
        ("email.rate", -1), ("sms.rate", "many"), ("email.timeout", 0), ("email.tls", "ssl"),
        ("email.ca_file", "/no/such/file"), ("email.bounce_address", "nobody"), ("email.receipt_secret", "short"),
        ("sms.receipt_secret", "with/a/slash/in/the/middle"), ("sms.url", ""), ("sms.url", "ftp://10.0.0.1/"),
        ("sms.url", "http://portal:word@10.0.0.1/"), ("sms.parts", 0), ("sms.timeout", "soon"),
        ("web_push.private_key", ""), ("web_push.private_key", "AAAA"), ("web_push.private_key", "/no/such.pem"),
        ("web_push.contact", "portal@example.kz"), ("app_push.url", "http://egov.example.kz/push"),
        ("app_push.url", "https://"), ("app_push.secret", "short"), ("app_push.ca_file", "/no/such/file"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(configure, key, value):
    configure(**{key.replace(".", "__"): value})
    with pytest.raises(CkanConfigurationException, match=f"^{PREFIX}{key}: ".replace(".", r"\.")):
        registry.check()


@pytest.mark.parametrize(
    ("key", "value"), [("smtp.server", ""), ("smtp.server", "mail:port"), ("smtp.mail_from", "portal")]
)
def test_a_wrong_setting_of_ckan_stops_the_start_as_well(configure, key, value):
    configure(**{key: value})
    with pytest.raises(CkanConfigurationException, match=f"^{key}: "):
        registry.check()


def test_no_secret_is_in_a_message_about_it(configure):
    for key in ("app_push.secret", "email.receipt_secret"):
        configure(**{key.replace(".", "__"): "hush!"})
        with pytest.raises(CkanConfigurationException) as refused:
            registry.check()
        assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "port", "tls"),
    [({}, 25, "none"), ({"smtp.starttls": True}, 25, "starttls"), ({"email.tls": "tls"}, 465, "tls"),
     ({"email.tls": "tls", "smtp.server": "mail.example.kz:2465"}, 2465, "tls"),
     ({"email.tls": "none", "smtp.starttls": True}, 25, "none")],
)
def test_e_mail_takes_ckans_settings_and_ours(configure, settings, port, tls):
    configure(**{"smtp.server": "mail.example.kz", "smtp.mail_from": "portal@example.kz", **settings})
    adapter: Any = registry.build("email")
    server = adapter._server
    assert (server.host, server.port, server.tls) == ("mail.example.kz", port, tls)
    assert (server.name, server.timeout) == ("test.ckan.net", 10)
    assert adapter._sender == "portal@example.kz"


def test_the_key_of_web_push_may_be_a_file(configure, tmp_path: Path):
    key, file = ec.generate_private_key(ec.SECP256R1()), tmp_path / "push.pem"
    file.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))
    configure(web_push__private_key=str(file))
    registry.check()
    assert registry.described()["web_push"]["public_key"] == vapid.public_key(key)
    file.write_bytes(ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))
    with pytest.raises(CkanConfigurationException, match=r"web_push\.private_key"):
        registry.check()


def test_the_address_for_delivery_reports_is_the_sites(configure):
    configure(sms__receipt_secret="a-secret-of-16-letters")
    adapter: Any = registry.build("sms")
    assert adapter._gateway.receipts == "http://test.ckan.net/notify/receipt/sms/a-secret-of-16-letters"

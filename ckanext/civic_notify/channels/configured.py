"""Settings of the channels, read through typed functions; defaults stand in ``config_declaration.yaml`` only."""
from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan.exceptions import CkanConfigurationException

from ckanext.civic_notify.channels.base import Channel

__all__ = [
    "allow_private", "check_receipts", "kannel", "key", "number", "public_key", "receipt_secret", "smtp", "text",
    "web_push", "webhook",
]

_PREFIX = "ckanext.civic_notify."
#: channels whose provider may tell later what became of a message
_RECEIPTS = ("email", "sms", "app_push")
_SHORTEST_SECRET = 16


def key(channel: str, name: str) -> str:
    """The key of a channel's setting."""
    return f"{_PREFIX}{channel}.{name}"


def text(channel: str, name: str) -> str:
    """A setting, without spaces around it."""
    return str(tk.config.get(key(channel, name)) or "").strip()


def number(channel: str, name: str, least: int = 0) -> int:
    """A whole number.

    :raises ckan.exceptions.CkanConfigurationException: where it is none, or below the least.
    """
    value: Any = tk.config.get(key(channel, name))
    try:
        found = int(value or 0)
    except (TypeError, ValueError):
        found = least - 1
    if found < least:
        raise CkanConfigurationException(f"{key(channel, name)}: {value!r} is not a whole number from {least}")
    return found


def receipt_secret(channel: str) -> str:
    """What a provider's receipts must carry; empty: none are taken."""
    return text(channel, "receipt_secret") if channel in _RECEIPTS else ""


def check_receipts() -> None:
    """:raises ckan.exceptions.CkanConfigurationException: for a secret that can be guessed or stands in no address."""
    for channel in _RECEIPTS:
        secret = text(channel, "receipt_secret")
        if secret and (len(secret) < _SHORTEST_SECRET or not secret.replace("-", "").replace("_", "").isalnum()):
            raise CkanConfigurationException(
                f"{key(channel, 'receipt_secret')}: at least {_SHORTEST_SECRET} letters, digits, '-' and '_'"
            )


def allow_private() -> bool:
    """Push messages may be handed to addresses inside the network and without TLS: for tests."""
    return tk.asbool(tk.config.get(_PREFIX + "push.allow_private"))


def public_key() -> str:
    """The key that browsers subscribe with; empty where there is none, as on a machine that shows messages only."""
    if not text("web_push", "private_key"):
        return ""
    from ckanext.civic_notify.channels import vapid

    return vapid.public_key(_vapid_key())


# --- adapters ---------------------------------------------------------------------------------------------


def smtp() -> Channel:
    """E-mail through an SMTP server, by CKAN's settings and ours."""
    from ckanext.civic_notify.channels.smtp import Server, Smtp

    host, port = _server()
    user = tk.config.get("smtp.user") or ""
    tls = text("email", "tls") or ("starttls" if tk.config.get("smtp.starttls") else "none")
    _one_of("email", "tls", tls, ("starttls", "tls", "none"))
    return Smtp(
        Server(
            host=host, port=port or (465 if tls == "tls" else 25), tls=tls, ca_file=_file("email", "ca_file"),
            user=user, password=tk.config.get("smtp.password") or "", timeout=number("email", "timeout", 1),
            name=_site(),
        ),
        sender=_sender(), sender_name=str(tk.config.get("ckan.site_title") or ""),
        reply_to=tk.config.get("smtp.reply_to") or "", bounces=_address("email", "bounce_address"),
    )


def _server() -> tuple[str, int]:
    """Host and port of ``smtp.server``; 0 where it names no port."""
    given = str(tk.config.get("smtp.server") or "")
    try:
        parts = urlsplit(f"//{given}")
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        host, port = "", 0
    if not host:
        raise CkanConfigurationException(f"smtp.server: {given!r} is not a server such as smtp.example.com:587")
    return host, port


def _site() -> str:
    """The site's host as mail servers write it."""
    host = urlsplit(str(tk.config.get("ckan.site_url") or "")).hostname or "localhost"
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return "localhost"


def _sender() -> str:
    given = str(tk.config.get("smtp.mail_from") or "")
    if given and not _is_address(given):
        raise CkanConfigurationException(f"smtp.mail_from: {given!r} is not an address")
    return given or f"no-reply@{_site()}"


def _is_address(given: str) -> bool:
    local, at, host = given.rpartition("@")
    return bool(at and local and host) and not any(char.isspace() or char in "<>" for char in given)


def kannel() -> Channel:
    """SMS through an HTTP gateway that keeps Kannel's conventions."""
    from ckanext.civic_notify.channels.kannel import Gateway, Kannel

    secret = receipt_secret("sms")
    receipts = f"{str(tk.config['ckan.site_url']).rstrip('/')}/notify/receipt/sms/{secret}" if secret else ""
    return Kannel(
        Gateway(
            url=_url("sms", ("http", "https")), username=text("sms", "username"), password=text("sms", "password"),
            sender=text("sms", "from"), timeout=number("sms", "timeout", 1), ca_file=_file("sms", "ca_file"),
            validity=number("sms", "validity"), receipts=receipts,
        ),
        parts=number("sms", "parts", 1),
    )


def web_push() -> Channel:
    """Web push, signed with the portal's key."""
    from ckanext.civic_notify.channels.web_push import WebPush

    return WebPush(
        _vapid_key(), contact=_contact(), services=tuple(text("web_push", "services").split()),
        timeout=number("web_push", "timeout", 1), allow_private=allow_private(),
    )


def _contact() -> str:
    given = text("web_push", "contact") or f"mailto:{_sender()}"
    if not given.startswith(("mailto:", "https://")):
        raise CkanConfigurationException(f"{key('web_push', 'contact')}: {given!r} is no mailto: or https: address")
    return given


def _vapid_key() -> Any:
    from ckanext.civic_notify.channels import vapid

    try:
        return vapid.private_key(text("web_push", "private_key"))
    except (OSError, ValueError) as error:
        raise CkanConfigurationException(
            f"{key('web_push', 'private_key')}: not a P-256 key; make one with `ckan civic push-keys`"
        ) from error


def webhook() -> Channel:
    """App push: a signed call of the application's server."""
    from ckanext.civic_notify.channels.webhook import Webhook

    secret = text("app_push", "secret")
    if len(secret) < _SHORTEST_SECRET:
        raise CkanConfigurationException(f"{key('app_push', 'secret')}: at least {_SHORTEST_SECRET} characters")
    return Webhook(
        _url("app_push", ("http", "https") if allow_private() else ("https",)), secret,
        timeout=number("app_push", "timeout", 1), ca_file=_file("app_push", "ca_file"), allow_private=allow_private(),
    )


# --- kinds of values --------------------------------------------------------------------------------------


def _one_of(channel: str, name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise CkanConfigurationException(f"{key(channel, name)}: {value!r} is none of {', '.join(allowed)}")


def _url(channel: str, schemes: tuple[str, ...]) -> str:
    given = text(channel, "url")
    try:
        parts = urlsplit(given)
        right = parts.scheme in schemes and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        right = False
    if not right:
        begins = " or ".join(f"{scheme}://" for scheme in schemes)
        raise CkanConfigurationException(f"{key(channel, 'url')}: not an address that begins with {begins}")
    return given


def _file(channel: str, name: str) -> str:
    given = text(channel, name)
    if given and not Path(given).is_file():
        raise CkanConfigurationException(f"{key(channel, name)}: there is no file {given!r}")
    return given


def _address(channel: str, name: str) -> str:
    given = text(channel, name)
    if given and not _is_address(given):
        raise CkanConfigurationException(f"{key(channel, name)}: {given!r} is not an address")
    return given

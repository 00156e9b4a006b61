"""Letters: messages to one address that no event stands behind, and what CKAN itself sends.

The words of a letter are kept until it is sent and no longer; they stand in no event and on no page.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import ckan.lib.mailer as mailer
import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, languages, working
from ckanext.civic_core.domain.news import Letter
from ckanext.civic_core.guard import rate_limit
from ckanext.civic_notify import settings
from ckanext.civic_notify.channels import registry
from ckanext.civic_notify.domain import states
from ckanext.civic_notify.model import Delivery
from ckanext.civic_notify.rendering import BARE

__all__ = ["erase", "faults", "notify_about_topic", "notify_recipient", "post", "written"]

#: links for a new password to one account, where ``ckanext.civic_core.rate_limit.password_reset`` says nothing
_RESETS = rate_limit.Limit(5, timedelta(hours=1))
#: set by the channel itself
_OWN_HEADERS = frozenset({
    "to", "cc", "bcc", "from", "sender", "subject", "date", "message-id", "mime-version", "content-type",
    "content-transfer-encoding", "return-path",
})


def post(session: Session, letter: Letter) -> bool:
    """Put a letter into the outbox; who calls commits. One statement.

    :returns: False where its channel is not configured.
    """
    if letter.channel not in registry.names():
        return False
    now = clock.now()
    session.execute(insert(Delivery.__table__).on_conflict_do_nothing(
        index_elements=["recipient", "channel", "mark"], index_where=sa.text("mark <> ''"),
    ).values(
        kind="letter", recipient="", channel=letter.channel, topic=letter.kind, urgent=True, mark=letter.once,
        due=now, event_at=now, created=now, expires=letter.expires, letter=_kept(letter),
    ))
    working.after_commit(session)
    return True


def _kept(letter: Letter) -> dict[str, Any]:
    names = ("kind", "address", "language", "subject", "text", "html", "short")
    return {**{name: getattr(letter, name) for name in names}, "headers": dict(letter.headers)}


def erase(session: Session) -> list[str]:
    """Erase the words of letters whose time is over, also where their channel is not there any more; commit it."""
    ended = {"state": states.after(states.QUEUED, "expire"), "reason": "too_late", "settled_at": clock.now()}
    late: Any = session.execute(
        sa.update(Delivery)
        .where(Delivery.letter.is_not(None), Delivery.expires <= clock.now(), Delivery.state.in_(states.WAITING))
        .values(**ended, letter=sa.null())
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return [f"{late.rowcount} letters that came too late erased"] if late.rowcount else []


# -- what CKAN sends: INotifier --------------------------------------------------------------------------


def notify_recipient(
    already_notified: bool, recipient_email: str, subject: str, body: str, body_html: str | None = None,
    headers: Mapping[str, Any] | None = None, attachments: Iterable[Any] | None = None,
) -> bool:
    """Take a message of CKAN's that is written already; one with attachments is left to CKAN.

    :returns: whether nobody else needs to send it.
    """
    if already_notified or attachments:
        return already_notified
    return _send(Letter(
        kind=BARE, channel="email", address=recipient_email, language=languages.reader(),
        subject=(str(subject).strip().splitlines() or [""])[0], text=str(body), html=str(body_html or ""),
        headers=_passed_on(headers or {}), expires=clock.now() + settings.letter_lasts(),
    ))


def _passed_on(headers: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: " ".join(str(value).split()) for name, value in headers.items()
        if name.lower() not in _OWN_HEADERS and name.replace("-", "").isalnum()
    }


def notify_about_topic(already_notified: bool, topic: str, details: Mapping[str, Any] | None) -> bool:
    """Write what CKAN only gives the occasion for: a link for a new password, an invitation.

    An account gets few links for a new password in an hour, whoever asks for them; who asks learns nothing of that.

    :returns: whether nobody else needs to send it.
    """
    user = (details or {}).get("user")
    unknown = topic not in _TOPICS or user is None or not user.email
    if already_notified or unknown or "email" not in registry.names():
        return already_notified
    if topic == "request_password_reset" and _too_often(user):
        return True
    mailer.create_reset_key(user)
    return _send(written(topic, user, details or {}))


def _too_often(user: Any) -> bool:
    try:
        rate_limit.allow("password_reset", user.id, _RESETS)
    except rate_limit.RateLimited:
        return True
    return False


def written(topic: str, user: Any, details: Mapping[str, Any]) -> Letter:
    """The letter for a topic, in the language of the page."""
    subject, paragraphs, lasts = _TOPICS[topic](user, details)
    return Letter(
        kind=topic, channel="email", address=str(user.email), language=languages.reader(), subject=subject,
        text="\n\n".join(paragraphs), expires=clock.now() + lasts,
    )


_Written = tuple[str, Sequence[str], timedelta]


def _new_password(user: Any, _details: Mapping[str, Any]) -> _Written:
    subject = tk._("A new password for {site}").format(site=_site())
    return subject, [
        tk._("Somebody, most likely you, asked for a new password for your account {name}.").format(name=user.name),
        tk._("Choose it on this page:") + "\n" + mailer.get_reset_link(user),
        tk._("If it was not you, do nothing: your password stays as it is. Show this message to nobody."),
    ], settings.reset_lasts()


def _invitation(user: Any, details: Mapping[str, Any]) -> _Written:
    subject = tk._("You are invited to {site}").format(site=_site())
    group, role = details.get("group"), str(details.get("role") or "")
    joined = [tk._("You belong there to: {group}. Your role: {role}.").format(
        group=tk.h.civic_title(group)[0], role=tk.h.roles_translated().get(role, role),
    )] if group else []
    return subject, [
        tk._("An account with the name {name} was made for you; you can change the name later.").format(name=user.name),
        *joined,
        tk._("To begin, choose your password on this page:") + "\n" + mailer.get_reset_link(user),
        tk._("Show this message to nobody."),
    ], settings.letter_lasts()


_TOPICS = {"request_password_reset": _new_password, "user_invited": _invitation}


def _site() -> str:
    return str(tk.config["ckan.site_title"])


def _send(letter: Letter) -> bool:
    """Post a letter in a transaction of its own: CKAN commits nothing after it asked; what it has under way stays."""
    with Session(model.ensure_engine()) as session:
        taken = post(session, letter)
        session.commit()
    return taken


def faults() -> list[str]:
    """What would make CKAN's own messages go twice: of several plugins that send them the last one decides."""
    names = [str(plugin.name) for plugin in p.PluginImplementations(p.INotifier)]
    if names and names[-1] != "civic_notify":
        return [f"ckan.plugins: civic_notify must come after {', '.join(names[names.index('civic_notify') + 1:])}, "
                "which also sends CKAN's messages: else each of them goes twice"]
    return []

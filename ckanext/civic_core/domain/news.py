"""What is told of an event: whom it concerns, how much of a hurry it is, and what is said of it.

An event is news of *targets*: things that people follow (a dataset, an agency, the editions of the list) and people
who are concerned because of what they are (the editors of an agency). Who follows a target hears of it; a feed of a
target is the list of its news.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Literal, NamedTuple

#: those who are concerned because of what they are; ``id`` is that of an organisation
EDITORS, ADMINS = "agency_editors", "agency_admins"
#: who keeps the list; ``id`` is empty
KEEPERS = "list_keepers"
#: one account; ``id`` is that of the user
USER = "user"
ROLES = (EDITORS, ADMINS, KEEPERS, USER)

Topic = Literal["data", "state", "catalogue", "list", "work", "own", "security"]
Tempo = Literal["at_once", "daily", "weekly"]
TEMPOS: tuple[Tempo, ...] = ("at_once", "daily", "weekly")
CHANNELS = ("email", "sms", "web_push", "app_push")


class Target(NamedTuple):
    """Something that news can be of: ``("dataset", "8f…")``, ``("editions", "")``, ``("agency_editors", "31…")``."""

    type: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, read back from the log. An erased part is empty."""

    id: int
    type: str
    stream: str
    stream_id: str
    at: datetime
    actor: str = ""
    public: Mapping[str, Any] = field(default_factory=dict[str, Any])
    private: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an event concerns.

    :param targets: the nearest first: who follows several of them is told because of the first.
    :param about: what the message shows, which its reader must be allowed to see; None where it is public anyway.
    :param topic: kind of news. Of one thing a person hears once a day at once, unless he asked for more; the rest of
        the day's ``data`` is gathered.
    :param urgent: not held back by quiet hours: security and the reader's own requests.
    """

    targets: tuple[Target, ...]
    topic: Topic
    about: Target | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of news as one reader hears it: because of ``target``."""

    happened: Happened
    target: Target


@dataclass(frozen=True, slots=True)
class Said:
    """News in the words of one language.

    :param subject: one line: what happened to what.
    :param short: the same in at most 120 characters, for a text message.
    :param lines: sentences: what changed, what follows, what can be done.
    :param path: of the page that shows it, from the root of the site, without language.
    """

    subject: str
    short: str
    path: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A browser that agreed to be pushed to: what the Push API answers (RFC 8030, RFC 8291)."""

    id: str
    address: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How one recipient is reached, as he set it; what is not confirmed is not here.

    :param recipient: id of the user, or ``address:<id>`` of who has no account.
    :param quiet: from when to when nothing but what is urgent may come, in the portal's zone; may pass midnight.
    :param hour: of the digests, 0 to 23, in the portal's zone.
    """

    recipient: str
    language: str
    user_id: str | None = None
    name: str = ""
    email: str | None = None
    phone: str | None = None
    endpoints: tuple[Endpoint, ...] = ()
    app_id: str | None = None
    paused: bool = False
    quiet: tuple[time, time] | None = None
    hour: int = 9


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses for one reader that need no login; ``stop`` ends what the message came of, with one POST."""

    manage: str
    stop: str | None = None


@dataclass(frozen=True, slots=True)
class Followable:
    """A kind of things that can be followed.

    :param type: of the target.
    :param label: what one is called, in the reader's language.
    :param endpoint: of the page where one is found, for "what else can be followed"; None where there is none.
    :param single: there is only one of it, such as the editions of the list: its id is empty.
    """

    type: str
    label: str
    endpoint: str | None = None
    single: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that can be followed, as a reader sees it: its name per language, its page's path without language."""

    target: Target
    title: Mapping[str, str]
    path: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one address that no event stands behind: a confirmation, a code, a link for a new password.

    Its words are erased as soon as it is sent, and it is not sent after ``expires``.

    :param kind: for the operator's figures: ``confirm_address``, ``confirm_phone``, ``manage_link``, ``core``.
    :param once: two letters with the same mark are one; empty: each is its own.
    """

    kind: str
    channel: str
    address: str
    language: str
    subject: str
    text: str
    expires: datetime
    html: str = ""
    short: str = ""
    once: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

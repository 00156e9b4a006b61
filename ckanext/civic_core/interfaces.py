"""What a feature may answer to civic_core, which itself knows no feature."""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from ckan.plugins import Interface
from ckan.types import Context
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.news import (
    Audience,
    Followable,
    Happened,
    Letter,
    Links,
    Reach,
    Said,
    Target,
    Thing,
    Told,
)

__all__ = [
    "IDataWatch", "IDatasetDuties", "IFollowable", "IMenu", "INews", "IOutbox", "IRecipients", "ISpread", "ITick",
    "IUpkeep", "IWork",
]


class IDatasetDuties(Interface):
    """Says whether the duties that a dataset names can be linked to it."""

    def check_duties(
        self, context: Context, links: Sequence[Mapping[str, str]], owner_org: str | None,
    ) -> list[str]:
        """What is wrong with these links, a sentence for a person each; nothing to object: an empty list.

        Called only when the links differ from the stored ones.

        :param links: ``{"duty": "CODE@agency", "role": …}``, of the right form, no duty twice.
        :param owner_org: id or name of the publishing organisation, as far as it is known.
        """
        return []


class IDataWatch(Interface):
    """Looks into the data of datasets, and tells itself what changed in them: nobody else needs to."""


class ITick(Interface):
    """Does what has become due by time."""

    def tick(self, session: Session, now: datetime) -> list[str]:
        """Do what is due at this instant and commit it; safe to do twice, and on two nodes at once.

        :returns: what was done, for the operator's screen.
        """
        return []


class IMenu(Interface):
    """Puts a feature's pages into the menus of every page."""

    def menu(self, place: str) -> list[tuple[str, str]]:
        """``(endpoint, label)`` of the feature's pages that the reader may open.

        :param place: ``main`` (the sections of the portal), ``user`` (the reader's own pages) or ``footer``.
        """
        return []


class IUpkeep(Interface):
    """Puts a feature's own records in order, and says where they are not."""

    def sync(self, session: Session) -> list[str]:
        """Take over what was in CKAN before the feature was, and commit it; safe to do twice.

        :returns: what was done, for the operator's screen.
        """
        return []

    def faults(self, session: Session) -> list[str]:
        """What is wrong with the feature's records or settings, a sentence each; changes nothing."""
        return []


class INews(Interface):
    """Says of a feature's own events whom they concern and what is said of them."""

    def news_types(self) -> Collection[str]:
        """The types of events that this feature answers for; another feature may not answer for the same."""
        return ()

    def audiences(self, session: Session, events: Sequence[Happened]) -> Mapping[int, Audience]:
        """Whom each event concerns, by its id; one that concerns nobody is left out. A fixed number of statements."""
        return {}

    def outdated(self, session: Session, events: Sequence[Happened]) -> Collection[int]:
        """Ids of those that are no longer true: the obligation is fulfilled, the state is another one."""
        return ()

    def say(self, session: Session, told: Sequence[Told]) -> Sequence[Said]:
        """The words for each, in the language that is spoken now (:mod:`ckanext.civic_core.speaking`).

        A fixed number of statements, however many there are. What is gone by now is said from what is left of it.
        """
        return ()


class IFollowable(Interface):
    """Says what of a feature can be followed."""

    def followables(self) -> list[Followable]:
        """The kinds, in the order in which they are offered, named in the reader's language."""
        return []

    def find_followed(self, context: Context, kind: str, given: str) -> Target | None:
        """What an id, a name or a code means; None where there is no such thing or the caller may not see it."""
        return None

    def followed(self, session: Session, targets: Collection[Target]) -> Mapping[Target, Thing]:
        """What these are called and where they are shown. What is gone or not public is left out.

        One statement for each kind.
        """
        return {}


class ISpread(Interface):
    """Is told whom new news concern, in the transaction that writes it down."""

    def spread(self, session: Session, events: Sequence[Happened]) -> None:
        """These events have news rows (``civic_core_news``) now; some had rows for other targets before."""


class IRecipients(Interface):
    """Knows who wants to hear of what, and how to reach him. At most one plugin."""

    def subscribers(self) -> Any:
        """A select of who hears of which target, a row for each channel.

        Columns: ``target_type``, ``target_id``, ``recipient`` (text), ``channel``, ``tempo``, ``every_change``
        (bool), ``since`` (timestamptz: what happened before is not told).
        """
        return None

    def reach(self, session: Session, recipients: Collection[str]) -> Mapping[str, Reach]:
        """How these are reached; who is gone is left out. A fixed number of statements."""
        return {}

    def links(self, recipient: str, target: Target | None) -> Links:
        """Signed addresses for this reader; no statement."""
        return Links(manage="")

    def unreachable(self, session: Session, recipient: str, channel: str, address: str) -> None:
        """An address is gone for good, as its provider says: it is used no more. Nothing is committed here."""


class IOutbox(Interface):
    """Takes letters and sees to it that they are sent. At most one plugin."""

    def post(self, session: Session, letter: Letter) -> bool:
        """Put a letter into the outbox, in the transaction under way; False where its channel is not there."""
        return False

    def channels(self) -> Mapping[str, Mapping[str, Any]]:
        """The channels that are configured: code -> ``{"label", "public_key"?}``, in their order."""
        return {}


class IWork(Interface):
    """Does in the background what must not wait for the tick."""

    def work(self, session: Session) -> int:
        """Do a little of what waits and commit it; safe to do in many processes at once, and to kill at any line.

        :returns: how much was done: more may wait where it is not 0.
        """
        return 0

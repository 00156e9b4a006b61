"""What a feature may answer to civic_core, which itself knows no feature."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ckan.plugins import Interface
from ckan.types import Context
from sqlalchemy.orm import Session

__all__ = ["IDatasetDuties", "IMenu", "ITick", "IUpkeep"]


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

"""What happens to editions, their items, and what agencies propose for them."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ckanext.civic_core.domain.events import Event


@dataclass(frozen=True)
class _OfEdition(Event):
    stream: ClassVar[str] = "edition"
    edition: str


@dataclass(frozen=True)
class EditionCreated(_OfEdition):
    type: ClassVar[str] = "edition.created"
    copied_from: str | None = None


@dataclass(frozen=True)
class EditionUpdated(_OfEdition):
    type: ClassVar[str] = "edition.updated"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class EditionImported(_OfEdition):
    """Rows came from a file; ``sha256`` is that of the file."""

    type: ClassVar[str] = "edition.imported"
    sha256: str = ""
    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True)
class EditionSubmitted(_OfEdition):
    type: ClassVar[str] = "edition.submitted"
    revision: int = 0


@dataclass(frozen=True)
class EditionReturned(_OfEdition):
    type: ClassVar[str] = "edition.returned"


@dataclass(frozen=True)
class EditionApproved(_OfEdition):
    """It is law; ``annex_sha256`` is that of the workbook that was approved."""

    type: ClassVar[str] = "edition.approved"
    act_number: str = ""
    act_date: date | None = None
    effective_from: date | None = None
    annex_sha256: str = ""


@dataclass(frozen=True)
class EditionEffectiveSet(_OfEdition):
    type: ClassVar[str] = "edition.effective_set"
    effective_from: date | None = None


@dataclass(frozen=True)
class EditionRevoked(_OfEdition):
    type: ClassVar[str] = "edition.revoked"
    act: str = ""
    day: date | None = None


@dataclass(frozen=True)
class EditionWithdrawn(_OfEdition):
    type: ClassVar[str] = "edition.withdrawn"


@dataclass(frozen=True)
class EditionSuperseded(_OfEdition):
    type: ClassVar[str] = "edition.superseded"
    by: str = ""


@dataclass(frozen=True)
class EditionReinstated(_OfEdition):
    """The edition after it was revoked: it is in force again."""

    type: ClassVar[str] = "edition.reinstated"


@dataclass(frozen=True)
class _OfItem(Event):
    """``code`` is the item's, ``edition`` the number of the draft that changed."""

    stream: ClassVar[str] = "item"
    code: str
    edition: str


@dataclass(frozen=True)
class ItemAdded(_OfItem):
    type: ClassVar[str] = "item.added"


@dataclass(frozen=True)
class ItemChanged(_OfItem):
    type: ClassVar[str] = "item.changed"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemRemoved(_OfItem):
    type: ClassVar[str] = "item.removed"


@dataclass(frozen=True)
class ItemRevised(_OfItem):
    """An edition became law that says of the item otherwise than the one before it.

    ``before`` is that one's number; ``fields`` names what differs; ``how`` is ``changed``, ``split`` or ``removed``.
    """

    type: ClassVar[str] = "item.revised"
    before: str = ""
    how: str = "changed"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class _OfProposal(Event):
    stream: ClassVar[str] = "proposal"
    agency: str
    kind: str


@dataclass(frozen=True)
class ProposalPrepared(_OfProposal):
    type: ClassVar[str] = "proposal.prepared"


@dataclass(frozen=True)
class ProposalProposed(_OfProposal):
    type: ClassVar[str] = "proposal.proposed"


@dataclass(frozen=True)
class ProposalAccepted(_OfProposal):
    type: ClassVar[str] = "proposal.accepted"
    edition: str = ""


@dataclass(frozen=True)
class ProposalDeclined(_OfProposal):
    type: ClassVar[str] = "proposal.declined"


@dataclass(frozen=True)
class AgencyListApproved(Event):
    """An agency's admin approved the agency's own list."""

    type: ClassVar[str] = "agency.list_approved"
    stream: ClassVar[str] = "agency"
    agency_list: str
    proposals: int = 0

"""What happens to obligations, and what the portal saw of the data."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from ckanext.civic_core.domain.events import PRIVATE, Event


@dataclass(frozen=True)
class _OfDuty(Event):
    stream: ClassVar[str] = "duty"
    code: str
    agency: str


@dataclass(frozen=True)
class DutyStateChanged(_OfDuty):
    """The state of a duty is another than before; dated to the moment it became true."""

    type: ClassVar[str] = "duty.state_changed"
    before: str | None = None
    after: str = ""
    reason: str = ""


@dataclass(frozen=True)
class _OfObligation(_OfDuty):
    key: str = ""
    terms_since: date | None = None
    due: date | None = None


@dataclass(frozen=True)
class ObligationFulfilled(_OfObligation):
    type: ClassVar[str] = "obligation.fulfilled"


@dataclass(frozen=True)
class ObligationFulfilledLate(_OfObligation):
    type: ClassVar[str] = "obligation.fulfilled_late"


@dataclass(frozen=True)
class ObligationMissed(_OfObligation):
    """Its grace is over, and nothing came."""

    type: ClassVar[str] = "obligation.missed"


@dataclass(frozen=True)
class ObligationReplaced(_OfObligation):
    """New terms ask for data no later than it did."""

    type: ClassVar[str] = "obligation.replaced"


@dataclass(frozen=True)
class ObligationExcused(_OfObligation):
    type: ClassVar[str] = "obligation.excused"
    ground: str = ""


@dataclass(frozen=True)
class ReminderDue(_OfObligation):
    """Somebody is to be reminded: ``step`` is ``before``, ``on`` or ``after`` the due day, or a step of the ladder."""

    type: ClassVar[str] = "reminder.due"
    step: str = ""


@dataclass(frozen=True)
class _OfRelief(_OfDuty):
    relief: str = ""
    kind: str = ""
    ground: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class _OfAsked(_OfDuty):
    """What was asked for is the agency's and the keepers' own matter until it is agreed to."""

    relief: str = field(default="", metadata=PRIVATE)
    kind: str = field(default="", metadata=PRIVATE)
    ground: str = field(default="", metadata=PRIVATE)
    since: date | None = field(default=None, metadata=PRIVATE)
    until: date | None = field(default=None, metadata=PRIVATE)


@dataclass(frozen=True)
class ReliefProposed(_OfAsked):
    """An excuse or a suspension waits for a second person."""

    type: ClassVar[str] = "relief.proposed"


@dataclass(frozen=True)
class ReliefDeclined(_OfAsked):
    type: ClassVar[str] = "relief.declined"


@dataclass(frozen=True)
class DutySuspended(_OfRelief):
    type: ClassVar[str] = "duty.suspended"


@dataclass(frozen=True)
class DutyResumed(_OfRelief):
    """A suspension ended before its day."""

    type: ClassVar[str] = "duty.resumed"


@dataclass(frozen=True)
class DutyReviewed(_OfDuty):
    """A named person of the agency confirmed that the data are still current."""

    type: ClassVar[str] = "duty.reviewed"
    review: str = ""


@dataclass(frozen=True)
class _OfDataset(Event):
    stream: ClassVar[str] = "dataset"


@dataclass(frozen=True)
class ReleaseRecorded(_OfDataset):
    type: ClassVar[str] = "release.recorded"
    number: int = 0
    ways: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReleaseCorrected(_OfDataset):
    """A release that corrects the last one and stands for no period."""

    type: ClassVar[str] = "release.corrected"
    number: int = 0
    ways: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvidenceNotCounted(_OfDataset):
    """A change that is no release, and why."""

    type: ClassVar[str] = "evidence.not_counted"
    how: str = ""
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class DatasetStateChanged(_OfDataset):
    """The state of a dataset is another than before."""

    type: ClassVar[str] = "dataset.state_changed"
    before: str | None = None
    after: str = ""
    reason: str = ""

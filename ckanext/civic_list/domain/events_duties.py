"""What happens to agencies, owner groups, duties and their links."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ckanext.civic_core.domain.events import Event


@dataclass(frozen=True)
class OwnerGroupChanged(Event):
    """An owner group was made or its members changed."""

    type: ClassVar[str] = "owner_group.changed"
    stream: ClassVar[str] = "owner_group"
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class _OfSuccession(Event):
    stream: ClassVar[str] = "agency"
    succession: str
    to: str | None
    kind: str
    day: date


@dataclass(frozen=True)
class AgencySucceeded(_OfSuccession):
    """What one body owed passes to another, or ends; written on the day it happens."""

    type: ClassVar[str] = "agency.succeeded"


@dataclass(frozen=True)
class SuccessionRecorded(_OfSuccession):
    type: ClassVar[str] = "agency.succession_recorded"


@dataclass(frozen=True)
class _OfDuty(Event):
    stream: ClassVar[str] = "duty"
    code: str
    agency: str


@dataclass(frozen=True)
class DutyChanged(_OfDuty):
    """Responsible unit, note, or the agency's own terms."""

    type: ClassVar[str] = "duty.changed"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class DutyLinked(_OfDuty):
    type: ClassVar[str] = "duty.linked"
    dataset: str = ""
    role: str = "main"


@dataclass(frozen=True)
class DutyLinkProposed(_OfDuty):
    """A dataset of another body: its agency or the keeper decides."""

    type: ClassVar[str] = "duty.link_proposed"
    dataset: str = ""
    role: str = "main"


@dataclass(frozen=True)
class DutyLinkChanged(_OfDuty):
    """The dataset has another role for the duty."""

    type: ClassVar[str] = "duty.link_changed"
    dataset: str = ""
    role: str = "main"


@dataclass(frozen=True)
class DutyLinkDeclined(_OfDuty):
    type: ClassVar[str] = "duty.link_declined"
    dataset: str = ""


@dataclass(frozen=True)
class DutyLinkDisputed(_OfDuty):
    type: ClassVar[str] = "duty.link_disputed"
    dataset: str = ""


@dataclass(frozen=True)
class DutyUnlinked(_OfDuty):
    type: ClassVar[str] = "duty.unlinked"
    dataset: str = ""

"""What happens to requests to update data.

The texts (reason, question, answer) are in tables of the feature; here are ids, codes and days. Who acted is the
actor of the event, which is never shown in public; where a value would name a citizen or an officer it is private.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, ClassVar

from ckanext.civic_core.domain.events import PRIVATE, Event


@dataclass(frozen=True)
class RequestEvent(Event):
    """``number`` is that of the request; the id of the stream is the request's own."""

    stream: ClassVar[str] = "update_request"
    number: str


@dataclass(frozen=True)
class RequestMoved(RequestEvent):
    """A step of the table was made, from ``before`` to ``state`` (with the ``resolution`` of the new state)."""

    before: str
    state: str
    resolution: str = ""


def made(kind: type[RequestMoved], stream_id: str, number: str, details: Mapping[str, Any]) -> RequestMoved:
    """The event of a step, with those of the details that it keeps."""
    names = {one.name for one in fields(kind)}
    kept = {name: value for name, value in details.items() if name in names}
    return kind(stream_id=stream_id, number=number, **kept)


# -- steps of the table ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RequestSubmitted(RequestMoved):
    """It was received; ``state`` says whether it waits for a moderator or for somebody to route it."""

    type: ClassVar[str] = "update_request.submitted"
    kind: str = ""
    subject_type: str = ""
    subject: str = ""
    agency: str | None = None
    deadline: date | None = None
    by_member: bool = False


@dataclass(frozen=True)
class RequestPublished(RequestMoved):
    type: ClassVar[str] = "update_request.published"


@dataclass(frozen=True)
class RequestRejected(RequestMoved):
    type: ClassVar[str] = "update_request.rejected"


@dataclass(frozen=True)
class RequestRouted(RequestMoved):
    type: ClassVar[str] = "update_request.routed"
    agency: str = ""
    deadline: date | None = None


@dataclass(frozen=True)
class RequestAccepted(RequestMoved):
    type: ClassVar[str] = "update_request.accepted"
    assignee: str | None = field(default=None, metadata=PRIVATE)


@dataclass(frozen=True)
class RequestStarted(RequestMoved):
    type: ClassVar[str] = "update_request.started"


@dataclass(frozen=True)
class RequestAsked(RequestMoved):
    """The clock stands; ``waits_until`` is the last day to answer the question."""

    type: ClassVar[str] = "update_request.asked"
    waits_until: date | None = None


@dataclass(frozen=True)
class RequestClarified(RequestMoved):
    """The clock runs again, to ``deadline``."""

    type: ClassVar[str] = "update_request.clarified"
    deadline: date | None = None


@dataclass(frozen=True)
class RequestLapsed(RequestMoved):
    """Nobody did what was waited for; where somebody had confirmed, what they said decided."""

    type: ClassVar[str] = "update_request.lapsed"
    deadline: date | None = None


@dataclass(frozen=True)
class RequestReopened(RequestMoved):
    """The question was answered after all."""

    type: ClassVar[str] = "update_request.reopened"
    deadline: date | None = None


@dataclass(frozen=True)
class RequestExtended(RequestMoved):
    type: ClassVar[str] = "update_request.extended"
    deadline: date | None = None


@dataclass(frozen=True)
class RequestTransferred(RequestMoved):
    type: ClassVar[str] = "update_request.transferred"
    from_agency: str | None = None
    agency: str = ""
    deadline: date | None = None


@dataclass(frozen=True)
class RequestFulfilled(RequestMoved):
    """``release`` is the one that answers it; ``elsewhere`` where a link to another's data does."""

    type: ClassVar[str] = "update_request.fulfilled"
    release: str | None = None
    elsewhere: bool = False
    waits_until: date | None = None


@dataclass(frozen=True)
class RequestRefused(RequestMoved):
    """``waits_until`` is the last day to ask for a review."""

    type: ClassVar[str] = "update_request.refused"
    ground: str = ""
    waits_until: date | None = None


@dataclass(frozen=True)
class RequestMarkedDuplicate(RequestMoved):
    type: ClassVar[str] = "update_request.marked_duplicate"
    duplicate_of: str = ""


@dataclass(frozen=True)
class RequestClosedAsAbuse(RequestMoved):
    type: ClassVar[str] = "update_request.closed_as_abuse"


@dataclass(frozen=True)
class RequestWithdrawn(RequestMoved):
    """Its author took it back; where others had joined, the earliest of them is the author from now on."""

    type: ClassVar[str] = "update_request.withdrawn"
    author: str | None = field(default=None, metadata=PRIVATE)


@dataclass(frozen=True)
class RequestConfirmed(RequestMoved):
    """Somebody said whether it is solved; ``state`` is what followed from all that was said."""

    type: ClassVar[str] = "update_request.confirmed"
    opinion: str = field(default="", metadata=PRIVATE)
    deadline: date | None = None
    waits_until: date | None = None


@dataclass(frozen=True)
class RequestReviewRequested(RequestMoved):
    type: ClassVar[str] = "update_request.review_requested"
    waits_until: date | None = None


@dataclass(frozen=True)
class RequestUpheld(RequestMoved):
    type: ClassVar[str] = "update_request.upheld"


@dataclass(frozen=True)
class RequestOverturned(RequestMoved):
    """``duplicate_of``: an equal request had been made meanwhile, in which the matter goes on."""

    type: ClassVar[str] = "update_request.overturned"
    deadline: date | None = None
    duplicate_of: str | None = None


# -- what changes no state ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class RequestJoined(RequestEvent):
    """One more asks the same; ``participants`` is their number afterwards, who joined is the hidden actor."""

    type: ClassVar[str] = "update_request.joined"
    participants: int = 0


@dataclass(frozen=True)
class RequestLeft(RequestEvent):
    type: ClassVar[str] = "update_request.left"
    participants: int = 0


@dataclass(frozen=True)
class RequestAssigned(RequestEvent):
    type: ClassVar[str] = "update_request.assigned"
    assignee: str | None = field(default=None, metadata=PRIVATE)


@dataclass(frozen=True)
class RequestNoted(RequestEvent):
    """A staff note was written; the note is seen by the agency only."""

    type: ClassVar[str] = "update_request.noted"
    note: str = field(default="", metadata=PRIVATE)


@dataclass(frozen=True)
class RequestSucceeded(RequestEvent):
    """The body that held it passed what it owes to another; the deadline stays."""

    type: ClassVar[str] = "update_request.succeeded"
    from_agency: str = ""
    agency: str | None = None


@dataclass(frozen=True)
class RequestFulfilmentProposed(RequestEvent):
    """A counted release arrived for what it is about: the agency is asked whether that is the answer."""

    type: ClassVar[str] = "update_request.fulfilment_proposed"
    release: str = ""


@dataclass(frozen=True)
class RequestReminded(RequestEvent):
    """A step of the ladder was reached before the deadline; ``step`` is its percentage of the term."""

    type: ClassVar[str] = "update_request.reminded"
    step: int = 0
    deadline: date | None = None


@dataclass(frozen=True)
class RequestOverdue(RequestEvent):
    """The deadline passed without an answer: it is on the public list."""

    type: ClassVar[str] = "update_request.overdue"
    agency: str = ""
    deadline: date | None = None


@dataclass(frozen=True)
class RequestEscalated(RequestEvent):
    """A later step of the ladder was reached; ``step`` is its percentage of the term."""

    type: ClassVar[str] = "update_request.escalated"
    step: int = 0
    deadline: date | None = None


@dataclass(frozen=True)
class RequestHidden(RequestEvent):
    """A moderator hid its text from the public."""

    type: ClassVar[str] = "update_request.hidden"


@dataclass(frozen=True)
class RequestRestored(RequestEvent):
    type: ClassVar[str] = "update_request.restored"


@dataclass(frozen=True)
class RequestDataHidden(RequestEvent):
    """Personal data were reported: preview, download and API of the resource are closed."""

    type: ClassVar[str] = "update_request.data_hidden"
    resource: str = ""


@dataclass(frozen=True)
class RequestDataShown(RequestEvent):
    type: ClassVar[str] = "update_request.data_shown"
    resource: str = ""


@dataclass(frozen=True)
class RequestContactErased(RequestEvent):
    """The requester's contact data and the attachments are gone, as retention says."""

    type: ClassVar[str] = "update_request.contact_erased"

"""Which changes of the data are releases: what counts, and why something does not.

Source of the rules: it does not count when only metadata changed, when the bytes or the content are those of
any counted release of the duty, through any dataset, ever, when nothing but a header says so, or when nobody
could see it. What one job or person wrote within an hour is one release, however it was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

How = Literal["upload", "datastore", "harvest", "checksum", "http_header", "published", "removed"]

#: what one job or person writes within this time of the first change is one release
SESSION = timedelta(minutes=60)


@dataclass(frozen=True)
class Evidence:
    """One change seen at a dataset of a duty.

    :param at: when the portal saw it; ``day`` is the day of the portal's zone
    :param content: digest of the content without order, white space and ignored columns; empty when no data
        changed
    :param bytes: digest of the bytes, where known
    :param by: the person or job that wrote it; empty where unknown
    :param public: whether the dataset was public
    :param rows: how many rows the data have; None where that cannot be told
    :param fault: why the data could not be read, as a code; empty where they could
    :param for_period: the key of the period that its maker named
    :param correction: its maker says that it corrects the last release
    """

    dataset: str
    at: datetime
    day: date
    how: How
    content: str = ""
    bytes: str = ""
    by: str = ""
    public: bool = True
    rows: int | None = None
    fault: str = ""
    for_period: str = ""
    correction: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether evidence counts: the number of its release, or the reason as code and params.

    Reasons: ``not_public``, ``removed``, ``header_only``, ``cannot_be_read`` (``fault``), ``metadata_only``,
    ``empty``, ``same_bytes`` and ``same_content`` (``day``,
    ``dataset`` and ``number`` of the release that had it).
    """

    evidence: Evidence
    release: int | None = None
    reason: str = ""
    params: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def counts(self) -> bool:
        return self.release is not None


@dataclass(frozen=True)
class Release:
    """A numbered release of one dataset; ``at`` and ``day`` are those of its first evidence."""

    dataset: str
    number: int
    at: datetime
    day: date
    by: str = ""
    contents: tuple[str, ...] = ()
    ways: tuple[How, ...] = ()
    for_period: str = ""
    correction: bool = False


@dataclass(frozen=True)
class Known:
    """A content that was released before, and where."""

    dataset: str
    number: int
    day: date


@dataclass(frozen=True)
class Reading:
    """All evidence of a duty with its verdicts, and the releases, both in the order of time."""

    verdicts: tuple[Verdict, ...]
    releases: tuple[Release, ...]


def read(evidence: Iterable[Evidence]) -> Reading:
    """Judge the evidence of all datasets of one duty."""
    reader = Reader()
    verdicts = [reader.judge(one) for one in sorted(evidence, key=_order)]
    return Reading(tuple(verdicts), tuple(sorted(reader.releases(), key=_by_time)))


def _order(evidence: Evidence) -> tuple[datetime, str, str, str]:
    return evidence.at, evidence.dataset, evidence.how, evidence.content


def _by_time(release: Release) -> tuple[datetime, str, int]:
    return release.at, release.dataset, release.number


class Reader:
    """Judges evidence in the order of time, from what is known of the data so far.

    :param last: the last release of each dataset
    :param known: each content that was ever released for the duties concerned
    :param last_bytes: digests of the bytes of each dataset's last counted files
    """

    def __init__(
        self,
        last: Iterable[Release] = (),
        known: Mapping[str, Known] | None = None,
        last_bytes: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._last = {release.dataset: release for release in last}
        self._known = dict(known or {})
        self._bytes = dict(last_bytes or {})
        self._found: dict[tuple[str, int], Release] = {}

    def releases(self) -> list[Release]:
        """Those that began or went on."""
        return list(self._found.values())

    def knows(self, content: str) -> bool:
        """Whether this content was ever released: everybody could see it."""
        return content in self._known

    def judge(self, one: Evidence) -> Verdict:
        """Whether evidence counts."""
        reason = _unseen(one)
        if reason:
            return Verdict(one, reason=reason, params={"fault": one.fault} if one.fault else {})
        known = self._known.get(one.content)
        if known is not None:
            return self._known_content(one, known)
        return self._join(one) if self._continues(one) else self._begin(one)

    def _known_content(self, one: Evidence, known: Known) -> Verdict:
        last = self._last.get(one.dataset)
        if last and (last.dataset, last.number) == (known.dataset, known.number) and _sees_the_same(one, last):
            return self._join(one)
        same_bytes = bool(one.bytes) and one.bytes in self._bytes.get(one.dataset, frozenset())
        params = {"day": known.day, "dataset": known.dataset, "number": known.number}
        return Verdict(one, reason="same_bytes" if same_bytes else "same_content", params=params)

    def _continues(self, one: Evidence) -> bool:
        """Whether its maker is still at the dataset's last release."""
        last = self._last.get(one.dataset)
        return last is not None and last.by == one.by and timedelta() <= one.at - last.at <= SESSION

    def _join(self, one: Evidence) -> Verdict:
        release = self._last[one.dataset]
        contents = release.contents if one.content in release.contents else (*release.contents, one.content)
        return self._keep(one, replace(
            release,
            contents=contents,
            ways=tuple(dict.fromkeys((*release.ways, one.how))),
            for_period=one.for_period or release.for_period,
            correction=one.correction or release.correction,
        ))

    def _begin(self, one: Evidence) -> Verdict:
        last = self._last.get(one.dataset)
        self._bytes.pop(one.dataset, None)
        return self._keep(one, Release(
            dataset=one.dataset,
            number=last.number + 1 if last else 1,
            at=one.at,
            day=one.day,
            by=one.by,
            contents=(one.content,),
            ways=(one.how,),
            for_period=one.for_period,
            correction=one.correction,
        ))

    def _keep(self, one: Evidence, release: Release) -> Verdict:
        self._last[release.dataset] = self._found[release.dataset, release.number] = release
        self._known.setdefault(one.content, Known(release.dataset, release.number, release.day))
        self._bytes[one.dataset] = self._bytes.get(one.dataset, frozenset()) | {one.bytes}
        return Verdict(one, release=release.number)


def _sees_the_same(one: Evidence, release: Release) -> bool:
    """Whether this is the release itself, seen in another way, and not its content brought once more."""
    soon = timedelta() <= one.at - release.at <= SESSION
    return one.how not in release.ways and (soon or one.how == "checksum")


def _unseen(one: Evidence) -> str:
    """Why evidence cannot count whatever the data were; empty where it can."""
    reasons = {
        "not_public": not one.public,
        "removed": one.how == "removed",
        "header_only": one.how == "http_header",
        "cannot_be_read": bool(one.fault),
        "metadata_only": not one.content,
        "empty": one.rows == 0,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def new_to_duty(releases: Iterable[Release]) -> list[Release]:
    """Of the releases of all datasets of a duty, in the order of time, those with a content that none had before."""
    seen: set[str] = set()
    found: list[Release] = []
    for release in sorted(releases, key=_by_time):
        if not release.contents or not seen.issuperset(release.contents):
            found.append(release)
        seen.update(release.contents)
    return found

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

How = Literal["upload", "datastore", "harvest", "checksum", "http_header", "published"]

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
    for_period: str = ""
    correction: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether evidence counts: the number of its release, or the reason as code and params.

    Reasons: ``not_public``, ``header_only``, ``metadata_only``, ``same_bytes`` and ``same_content`` (``day``,
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
class Reading:
    """All evidence of a duty with its verdicts, and the releases, both in the order of time."""

    verdicts: tuple[Verdict, ...]
    releases: tuple[Release, ...]


def read(evidence: Iterable[Evidence]) -> Reading:
    """Judge the evidence of all datasets of one duty."""
    reader = _Reader()
    verdicts = [reader.judge(one) for one in sorted(evidence, key=_order)]
    releases = [release for several in reader.releases.values() for release in several]
    return Reading(tuple(verdicts), tuple(sorted(releases, key=lambda one: (one.at, one.dataset, one.number))))


def _order(evidence: Evidence) -> tuple[datetime, str, str, str]:
    return evidence.at, evidence.dataset, evidence.how, evidence.content


class _Reader:
    """What is known of the duty's data so far."""

    def __init__(self) -> None:
        self.releases: dict[str, list[Release]] = {}
        self._last_bytes: dict[str, str] = {}
        self._had: dict[str, tuple[str, int]] = {}

    def judge(self, one: Evidence) -> Verdict:
        reason = _unseen(one)
        if reason:
            return Verdict(one, reason=reason)
        known = self._had.get(one.content)
        if known is not None:
            return self._known_content(one, known)
        if self._continues(one):
            return self._join(one)
        return self._begin(one)

    def _known_content(self, one: Evidence, known: tuple[str, int]) -> Verdict:
        dataset, number = known
        release = self.releases[dataset][number - 1]
        last = self.releases.get(one.dataset, [])[-1:]
        if last and last[0] == release and _sees_the_same(one, release):
            return self._join(one)
        same_bytes = bool(one.bytes) and one.bytes == self._last_bytes.get(one.dataset)
        params = {"day": release.day, "dataset": dataset, "number": number}
        return Verdict(one, reason="same_bytes" if same_bytes else "same_content", params=params)

    def _continues(self, one: Evidence) -> bool:
        """Whether its maker is still at the dataset's last release."""
        last = self.releases.get(one.dataset, [])[-1:]
        return bool(last) and last[0].by == one.by and one.at - last[0].at <= SESSION

    def _join(self, one: Evidence) -> Verdict:
        release = self.releases[one.dataset][-1]
        contents = release.contents if one.content in release.contents else (*release.contents, one.content)
        self.releases[one.dataset][-1] = replace(
            release,
            contents=contents,
            ways=tuple(dict.fromkeys((*release.ways, one.how))),
            for_period=one.for_period or release.for_period,
            correction=one.correction or release.correction,
        )
        return self._remember(one, release.number)

    def _begin(self, one: Evidence) -> Verdict:
        releases = self.releases.setdefault(one.dataset, [])
        releases.append(
            Release(
                dataset=one.dataset,
                number=len(releases) + 1,
                at=one.at,
                day=one.day,
                by=one.by,
                contents=(one.content,),
                ways=(one.how,),
                for_period=one.for_period,
                correction=one.correction,
            )
        )
        return self._remember(one, len(releases))

    def _remember(self, one: Evidence, number: int) -> Verdict:
        self._had.setdefault(one.content, (one.dataset, number))
        self._last_bytes[one.dataset] = one.bytes
        return Verdict(one, release=number)


def _sees_the_same(one: Evidence, release: Release) -> bool:
    """Whether this is the release itself, seen in another way, and not its content brought once more."""
    soon = one.at - release.at <= SESSION
    return one.how not in release.ways and (soon or one.how == "checksum")


def _unseen(one: Evidence) -> str:
    """Why evidence cannot count whatever the data were; empty where it can."""
    if not one.public:
        return "not_public"
    if one.how == "http_header":
        return "header_only"
    return "" if one.content else "metadata_only"

"""What a request is about, what is wrong there and where, and when two requests are the same."""
from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.domain.events import canonical

from .errors import check

DATASET, DUTY, CATEGORY = "dataset", "duty", "category"
SUBJECTS = (DATASET, DUTY, CATEGORY)

OUTDATED, INCOMPLETE, UNAVAILABLE = "outdated", "incomplete", "unavailable"
WRONG, NOT_LISTED, PERSONAL_DATA = "wrong", "not_the_listed_data", "personal_data"
KINDS = (OUTDATED, INCOMPLETE, UNAVAILABLE, WRONG, NOT_LISTED, PERSONAL_DATA)

#: one open request of such a kind is enough for the whole subject; the others differ by their place
OF_THE_WHOLE = frozenset({OUTDATED, UNAVAILABLE, NOT_LISTED})
#: what can be wrong with what: a value needs data that hold it, a row of the list a row
KINDS_OF: Mapping[str, tuple[str, ...]] = {
    DATASET: KINDS,
    DUTY: (OUTDATED, INCOMPLETE, UNAVAILABLE, NOT_LISTED),
    CATEGORY: (OUTDATED, INCOMPLETE, UNAVAILABLE),
}
#: these say which file
NEEDS_RESOURCE = frozenset({PERSONAL_DATA})
#: an answer to these may be no release: the file opens again, the values are gone
WITHOUT_RELEASE = frozenset({UNAVAILABLE, PERSONAL_DATA})

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """A dataset, a duty or a category, by its id."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the data: a file, a row by its key, a field by its name; each of them only within the one before."""

    resource: str = ""
    row: str = ""
    field: str = ""


NOWHERE = Place()


def choose(dataset: str | None = None, duty: str | None = None, category: str | None = None) -> Subject:
    """The subject that a form or a client names. A category only narrows the choice where a dataset is named.

    :raises Refused: ``subject_missing`` or ``subject_twice``.
    """
    check(not (dataset and duty), "subject_twice", "duty")
    for kind, value in ((DATASET, dataset), (DUTY, duty), (CATEGORY, category)):
        if value:
            return Subject(kind, value)
    raise Refused("subject_missing", "dataset")


def place(resource: str | None = None, row: str | None = None, field: str | None = None) -> Place:
    """The place as it is kept and compared: trimmed, one spelling of each letter.

    :raises Refused: ``place_too_long`` (``most``) or ``resource_missing``, where a row or a field is named alone.
    """
    named = {"resource": resource, "row": row, "field": field}
    kept = {name: unicodedata.normalize("NFC", (value or "").strip()) for name, value in named.items()}
    for name, value in kept.items():
        check(len(value) <= _LONGEST, "place_too_long", name, most=_LONGEST)
    check(kept["resource"] or not (kept["row"] or kept["field"]), "resource_missing", "resource")
    return Place(**kept)


def check_subject(subject: Subject, kind: str, where: Place = NOWHERE) -> None:
    """What is said to be wrong must be possible there.

    :raises Refused: ``kind_unknown``, ``kind_of_subject`` (``subject``, ``kinds``), ``place_of_subject`` or
        ``resource_missing``.
    """
    check(kind in KINDS, "kind_unknown", "kind", kind=kind)
    possible = KINDS_OF[subject.type]
    check(kind in possible, "kind_of_subject", "kind", kind=kind, subject=subject.type, kinds=possible)
    check(subject.type == DATASET or where == NOWHERE, "place_of_subject", "resource")
    check(where.resource or kind not in NEEDS_RESOURCE, "resource_missing", "resource")


def key(subject: Subject, kind: str, where: Place = NOWHERE) -> str:
    """What two open requests must not share: unique in the table while a request is in a holding state."""
    whole = f"{subject.type}:{subject.id}:{kind}"
    if kind in OF_THE_WHOLE:
        return whole
    spot = canonical([where.resource, where.row, where.field])
    return f"{whole}:{hashlib.sha256(spot).hexdigest()[:32]}"

"""What happens to datasets in the catalogue, as everybody sees it."""
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ckanext.civic_core.domain.events import Event


@dataclass(frozen=True)
class _OfDataset(Event):
    stream: ClassVar[str] = "dataset"


@dataclass(frozen=True)
class DatasetPublished(_OfDataset):
    """Everybody may see it from now on."""

    type: ClassVar[str] = "dataset.published"


@dataclass(frozen=True)
class DatasetUpdated(_OfDataset):
    """A public dataset: ``fields`` are the names of what its description changed in, ``files`` the ids of resources
    that were added, replaced or removed."""

    type: ClassVar[str] = "dataset.updated"
    fields: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetWithdrawn(_OfDataset):
    """Not everybody may see it any more: ``how`` is ``deleted`` or ``private``. Its agency and its categories are kept:
    what is deleted belongs to none."""

    type: ClassVar[str] = "dataset.withdrawn"
    how: Literal["deleted", "private"] = "deleted"
    agency: str = ""
    categories: tuple[str, ...] = ()


@dataclass
class Saved:
    """What one save made of a dataset.

    :param was_public: whether everybody could see it before; of a new one, not.
    """

    was_public: bool
    public: bool
    fields: Collection[str] = field(default_factory=tuple[str, ...])
    files: Collection[str] = field(default_factory=tuple[str, ...])

    def turn(self) -> Literal["published", "updated", "withdrawn"] | None:
        """What it is told as; None where nobody outside of its agency can see a difference."""
        if self.public and not self.was_public:
            return "published"
        if self.was_public and not self.public:
            return "withdrawn"
        return "updated" if self.public and (self.fields or self.files) else None

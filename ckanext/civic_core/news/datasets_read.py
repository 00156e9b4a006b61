"""Datasets as news need them: what they are called, whose they are, and whether everybody may see them."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import config, languages, titles
from ckanext.civic_core.domain import texts
from ckanext.civic_core.domain.news import Target

__all__ = ["Dataset", "in_words", "of_group", "read"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset; ``agency`` is the id of the organisation that publishes it, ``categories`` are ids of groups."""

    id: str
    name: str
    title: Mapping[str, str] = field(default_factory=dict[str, str])
    active: bool = False
    private: bool = False
    agency: str = ""
    categories: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        return self.active and not self.private

    @property
    def path(self) -> str:
        return f"/dataset/{self.name}"

    def places(self) -> tuple[Target, ...]:
        """Its agency and its categories, as things that are followed."""
        return places(self.agency, self.categories)


def places(agency: str, categories: Iterable[str]) -> tuple[Target, ...]:
    """An agency and categories as things that are followed; the category is the nearer one."""
    own = [Target("agency", agency)] if agency else []
    return (*(Target("category", one) for one in categories), *own)


def read(session: Session, ids: Collection[str]) -> dict[str, Dataset]:
    """Datasets by id, also those that are deleted; what was purged is left out. One statement."""
    package, member, group = model.Package, model.Member, model.Group
    categories = (
        sa.select(sa.func.array_agg(group.id))
        .join(member, member.group_id == group.id)
        .where(member.table_id == package.id, member.table_name == "package", member.state == "active",
               group.type == "group", group.state == "active")
        .correlate(package).scalar_subquery()
    )
    rows = session.execute(
        sa.select(package.id, package.name, package.title, package.extras["title_translated"].astext, package.state,
                  package.private, package.owner_org, categories)
        .where(package.id.in_(set(ids)))
    ) if ids else ()
    return {
        id_: Dataset(id_, name, titles.parsed(several, title or name), state == "active", bool(private), owner or "",
                     tuple(sorted(groups or ())))
        for id_, name, title, several, state, private, owner, groups in rows
    }


def in_words(several: Mapping[str, str]) -> str:
    """A title in the language that is spoken now."""
    return str(texts.pick(several, languages.reader(), config.languages())[0])


def of_group(id_or_name: str) -> str:
    """What an agency or a category is called in that language; nothing where it is gone. One statement a message."""
    return in_words(titles.known().get(id_or_name, {}))

"""The annex: the workbook made of an edition's rows, which is what the act approves."""
from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from ckanext.civic_core import config, vocabulary
from ckanext.civic_core.domain.texts import pick
from ckanext.civic_list import categories, editions, wording
from ckanext.civic_list.model import Edition
from ckanext.civic_list.workbook.export import export_rows

__all__ = ["Content", "category_names", "digest", "exported", "workbook"]


def workbook(session: Session, edition: Edition) -> bytes:
    """The annex as XLSX: the same bytes for the same rows."""
    return exported(session, edition, "xlsx")


def digest(session: Session, edition: Edition) -> str:
    """SHA-256 of the annex."""
    return sha256(workbook(session, edition)).hexdigest()


def exported(session: Session, edition: Edition, format: str) -> bytes:
    """The rows of an edition as ``xlsx``, ``csv`` or ``json``, so that an import of them changes nothing."""
    found = editions.rows(session, edition.id)
    owners = editions.owners(session, (row.owner for row in found))
    language = config.site_language()
    return export_rows(
        found, format, headings=wording.headings().names,
        owner_names={owner: _name(shown["title"], language) for owner, shown in owners.items()},
        category_names=category_names(session, language),
        period_names={term.code: _name(term.name, language) for term in vocabulary.load("periods")},
        way_names={term.code: _name(term.name, language) for term in vocabulary.load("ways_of_publication")},
        languages=config.languages(), schedule_words=wording.schedule(),
    )


def _name(texts: dict[str, str], language: str) -> str:
    return pick(texts, language, config.languages())[0]


def category_names(session: Session, language: str) -> dict[str, str]:
    """The names of the categories by their code."""
    return {name: _name(texts, language) for name, texts in categories.known(session).items()}


@dataclass(frozen=True)
class Content:
    """A file that an action answers: bytes within the portal, base64 text over HTTP."""

    data: bytes

    def for_json(self) -> str:
        return b64encode(self.data).decode()

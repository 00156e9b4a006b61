"""What an import must understand, gathered from the register, the categories and the vocabularies."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config, vocabulary
from ckanext.civic_core.domain.texts import pick
from ckanext.civic_list import categories
from ckanext.civic_list.domain.headings import Field, Headings, key_of
from ckanext.civic_list.domain.items import Owner
from ckanext.civic_list.domain.recognising import Language, Name, Words
from ckanext.civic_list.domain.titles import title_key
from ckanext.civic_list.model import Agency, AgencyName, OwnerGroup

__all__ = ["gather", "headings", "make"]


def gather(session: Session) -> Words:
    """Everything for this portal, as it stands today: four statements."""
    today = clock.today()
    alive = session.scalars(sa.select(Agency).where(sa.or_(Agency.until.is_(None), Agency.until > today))).all()
    former = session.execute(
        sa.select(AgencyName.agency_id, AgencyName.title).where(AgencyName.agency_id.in_([one.id for one in alive]))
    )
    groups = session.scalars(sa.select(OwnerGroup)).all()
    names = [name for agency in alive for name in _agency_names(agency)]
    names += [Name(Owner("agency", id_), text, "name", lang) for id_, title in former for lang, text in title.items()]
    names += [name for group in groups for name in _group_names(group)]
    return make(names, categories.known(session))


def _agency_names(agency: Any) -> Iterable[Name]:
    owner = Owner("agency", agency.id)
    yield from (Name(owner, text, "name", language) for language, text in agency.title.items())
    yield from (Name(owner, text, "short", language) for language, text in agency.short_title.items())
    if agency.code:
        yield Name(owner, agency.code, "short")


def _group_names(group: Any) -> Iterable[Name]:
    owner = Owner("group", group.id)
    yield from (Name(owner, text, "spelling", language) for language, text in group.title.items())
    yield from (Name(owner, text, "spelling") for text in group.spellings)


def make(owners: Sequence[Name], known_categories: Mapping[str, Mapping[str, str]]) -> Words:
    """The words of a portal with these owners and categories."""
    language = config.site_language()
    periods, ways = vocabulary.load("periods"), vocabulary.load("ways_of_publication")
    return Words(
        owners=owners,
        categories={title_key(text): code for code, names in known_categories.items()
                    for text in (code, *names.values())},
        category_names={code: _name(names, language) for code, names in known_categories.items()},
        periods=_spellings(periods), period_names=[_name(term.name, language) for term in periods],
        ways=_spellings(ways), way_names=[_name(term.name, language) for term in ways],
        headings=headings(), languages=_languages(), required=config.required_languages(),
        total=_words("total_row"), footnote=_words("footnote_row"),
    )


def headings() -> Headings:
    """The headings of a list's columns."""
    spellings: dict[str, tuple[Field, str]] = {}
    required: set[Field] = set()
    names: dict[Field, str] = {}
    for term in vocabulary.load("list_headings"):
        field = _field(term.code)
        for language, text in _all_spellings(term):
            spellings.setdefault(key_of(text), (field, language))
        names[field] = _name(term.name, config.site_language())
        if term.get("required"):
            required.add(field)
    required |= {("title", language) for language in config.required_languages()}
    return Headings(spellings, frozenset(required), names)


def _field(code: str) -> Field:
    name, _, language = code.partition(".")
    return name, language or None


def _all_spellings(term: Any) -> Iterable[tuple[str, str]]:
    yield from term.name.items()
    for language, words in term.spellings.items():
        yield from ((language, word) for word in words)


def _spellings(terms: Iterable[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for term in terms:
        for text in (term.code, *(text for _, text in _all_spellings(term))):
            found[" ".join(text.casefold().replace("ё", "е").split())] = term.code
    return found


def _languages() -> list[Language]:
    terms = {term.code: term for term in vocabulary.load("list_words")}
    return [
        Language(code, frozenset(term.get("letters") or ""), frozenset(term.get("words") or ()), term.get("adjective"))
        for code in config.languages() if (term := terms.get(f"language.{code}"))
    ]


def _words(code: str) -> frozenset[str]:
    term = vocabulary.load("list_words")[code]
    return frozenset(text.casefold() for _, text in _all_spellings(term))


def _name(names: Mapping[str, str], language: str) -> str:
    return pick(names, language, config.languages())[0]

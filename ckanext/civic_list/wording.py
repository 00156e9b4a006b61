"""What an import must understand, gathered from the register, the categories and the vocabularies."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ckanext.civic_core import clock, config, vocabulary
from ckanext.civic_core.domain.texts import pick
from ckanext.civic_list import categories
from ckanext.civic_list.domain.headings import Field, Headings, key_of
from ckanext.civic_list.domain.items import Owner, Unit
from ckanext.civic_list.domain.languages import Language
from ckanext.civic_list.domain.recognising import Marks, Name, ScheduleWords, Words, plain
from ckanext.civic_list.domain.titles import title_key
from ckanext.civic_list.model import Agency, AgencyName, OwnerGroup

__all__ = ["gather", "group_names", "headings", "make", "schedule"]


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
    names += [name for group in groups for name in group_names(Owner("group", group.id), group.title, group.spellings)]
    return make(names, categories.known(session))


def _agency_names(agency: Any) -> Iterable[Name]:
    owner = Owner("agency", agency.id)
    yield from (Name(owner, text, "name", language) for language, text in agency.title.items())
    yield from (Name(owner, text, "short", language) for language, text in agency.short_title.items())
    if agency.code:
        yield Name(owner, agency.code, "short")


def group_names(owner: Owner, title: Mapping[str, str], spellings: Iterable[str]) -> Iterable[Name]:
    """How lists name an owner group; words such as «акиматы» suggest the group of all local bodies."""
    yield from (Name(owner, text, "spelling", language) for language, text in title.items())
    yield from (Name(owner, text, "spelling") for text in spellings)
    local = vocabulary.load("list_words")["all_local_bodies"]
    if {title_key(text) for text in local.name.values()} & {title_key(text) for text in (*title.values(), *spellings)}:
        yield from (Name(owner, text, "hint") for text in _marks("all_local_bodies"))


def make(owners: Sequence[Name], known_categories: Mapping[str, Mapping[str, str]]) -> Words:
    """The words of a portal with these owners and categories."""
    language = config.site_language()
    periods, ways = vocabulary.load("periods"), vocabulary.load("ways_of_publication")
    return Words(
        owners=owners,
        categories={title_key(text): code for code, names in known_categories.items()
                    for text in (code, *names.values())},
        category_names={code: _name(names, language) for code, names in known_categories.items()},
        writings=frozenset(text for names in known_categories.values() for text in names.values()),
        periods=_spellings(periods), period_names=[_name(term.name, language) for term in periods],
        ways=_spellings(ways), way_names=[_name(term.name, language) for term in ways],
        headings=headings(), languages=_languages(), required=config.required_languages(),
        total=_words("total_row"), footnote=_words("footnote_row"), marks=_all_marks(), schedule=schedule(),
    )


def headings() -> Headings:
    """The headings of a list's columns."""
    spellings: dict[str, tuple[Field, str]] = {}
    texts: dict[str, str] = {}
    required: set[Field] = set()
    names: dict[Field, str] = {}
    for term in vocabulary.load("list_headings"):
        field = _field(term.code)
        for language, text in _all_spellings(term):
            spellings.setdefault(key_of(text), (field, language))
            texts.setdefault(key_of(text), text)
        names[field] = _name(term.name, config.site_language())
        if term.get("required"):
            required.add(field)
    required |= {("title", language) for language in config.required_languages()}
    return Headings(spellings, frozenset(required), names, texts)


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
            found[plain(text)] = term.code
    return found


def schedule() -> ScheduleWords:
    """How schedules are said, and how the export says them."""
    units: dict[Unit, tuple[str, ...]] = {unit: tuple(_marks(f"unit.{unit}")) for unit in get_args(Unit)}
    terms = vocabulary.load("list_words")
    named = {"within": "schedule.within", "after": "schedule.after", **{unit: f"unit.{unit}" for unit in units}}
    return ScheduleWords(
        within=tuple(_marks("schedule.within")), after=tuple(_marks("schedule.after")), units=units,
        names={name: _name(terms[code].name, config.site_language()) for name, code in named.items()},
    )


def _all_marks() -> Marks:
    return Marks(
        placeholders=frozenset(_marks("placeholder")), error_values=frozenset(_marks("error_value")),
        between=tuple(_marks("between")), units=frozenset(_marks("unit")),
        personal=frozenset(_marks("personal_number")), state=tuple(_marks("state")),
    )


def _marks(code: str) -> list[str]:
    return [str(word).casefold() for word in vocabulary.load("list_words")[code]["words"]]


def _languages() -> list[Language]:
    terms = {term.code: term for term in vocabulary.load("list_words")}
    return [_language(code, term) for code in config.languages() if (term := terms.get(f"language.{code}"))]


def _language(code: str, term: Any) -> Language:
    return Language(
        code, term["adjective"], frozenset(term["letters"]), frozenset(term.get("words") or ()),
        tuple(term.get("endings") or ()), dict(term.get("instead") or {}),
    )


def _words(code: str) -> frozenset[str]:
    term = vocabulary.load("list_words")[code]
    return frozenset(text.casefold() for _, text in _all_spellings(term))


def _name(names: Mapping[str, str], language: str) -> str:
    return pick(names, language, config.languages())[0]

"""Template helpers of civic_list."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import ckan.model as model
import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.civic_core import clock, vocabulary
from ckanext.civic_core.pages import ROWS
from ckanext.civic_core.roles import roles_of
from ckanext.civic_list import (
    categories,
    changes_words,
    choices,
    dataset_standing,
    delivery_shown,
    delivery_words,
    duties,
    uploading,
)
from ckanext.civic_list.domain.changes import of_stored

__all__ = [
    "civic_list_categories", "civic_list_changes", "civic_list_count", "civic_list_day", "civic_list_days_left",
    "civic_list_desk_parts", "civic_list_event_word", "civic_list_evidence_reason", "civic_list_facet",
    "civic_list_field_word",
    "civic_list_for_period", "civic_list_ground", "civic_list_history", "civic_list_how_seen", "civic_list_line",
    "civic_list_narrow", "civic_list_next_due", "civic_list_obligation_state", "civic_list_of_dataset",
    "civic_list_options", "civic_list_own_duties", "civic_list_period_label", "civic_list_roles", "civic_list_rows",
    "civic_list_rows_name", "civic_list_rows_urls", "civic_list_schedule", "civic_list_share", "civic_list_standing",
    "civic_list_state_name", "civic_list_state_options", "civic_list_state_word", "civic_list_states",
    "civic_list_strip", "civic_list_upload", "civic_list_upload_news", "civic_list_upload_questions",
    "civic_list_use_outcome", "civic_list_value", "civic_list_when_state", "civic_list_why",
]


def civic_list_rows() -> int:
    """Rows on one page of a list."""
    return ROWS


def civic_list_roles() -> Any:
    """What the reader is in this portal: keeper, approver, whose editor."""
    return roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user})


def civic_list_narrow(name: str, value: str) -> str:
    """This page with one filter set to a value, or without it; from the first page on."""
    query = {key: values for key, values in tk.request.args.to_dict(flat=False).items() if key not in {name, "page"}}
    return "?" + urlencode({**query, **({name: value} if value else {})}, doseq=True)


def civic_list_day(value: Any) -> str:
    """A day as the country writes it; what was typed and is none stays as it was typed."""
    try:
        return tk.h.civic_date(value) if value else ""
    except ValueError:
        return str(value)


def civic_list_options(title: str) -> list[dict[str, str]]:
    """The terms of a vocabulary as options of a select."""
    return [{"value": term.code, "label": tk.h.civic_text(term.name)[0]} for term in vocabulary.load(title)]


def civic_list_facet(
    name: str, found: Mapping[str, Any], chosen: str | None, *, own_order: bool = False
) -> list[dict[str, Any]]:
    """The values of a filter that would find something, each with how many, as options of a select.

    :param chosen: the value of the query; it stays an option where nothing is found with it.
    :param own_order: as the vocabulary has them, instead of by the reader's alphabet.
    """
    counted = {str(one["value"]): one for one in found["facets"].get(name, ())}
    values = [*counted, *([chosen] if chosen and chosen not in counted else [])]
    if own_order:
        order = civic_list_states() if name == "state" else [one.code for one in vocabulary.load(_VOCABULARIES[name])]
        values.sort(key=lambda value: order.index(value) if value in order else len(order))
    options = [_option(name, value, counted.get(value)) for value in values]
    return options if own_order else sorted(options, key=lambda option: option["label"].casefold())


_VOCABULARIES = {"period": "periods", "group": "body_groups"}


def _option(name: str, value: str, counted: Mapping[str, Any] | None) -> dict[str, Any]:
    label, lang = _called(name, value, counted or {})
    if counted:
        label = tk._("{name} ({n})").format(name=label, n=tk.h.civic_number(counted["count"]))
    return {"value": value, "label": label, "lang": lang}


def _called(name: str, value: str, counted: Mapping[str, Any]) -> tuple[str, str | None]:
    if name in _VOCABULARIES:
        return tk.h.civic_term_name(_VOCABULARIES[name], value), None
    if name == "category":
        return civic_list_categories().get(value, value), None
    if name == "state":
        return delivery_words.state_name(value), None
    return tk.h.civic_text(counted["title"]) if counted.get("title") else (value, None)


def civic_list_count(found: Mapping[str, Any], name: str, value: Any) -> int:
    """How many a facet counts for one of its values."""
    return sum(one["count"] for one in found["facets"][name] if one["value"] == value)


def civic_list_categories() -> dict[str, str]:
    """The categories by their code, as the reader calls them; read once for a page."""
    cached = tk.g.get("civic_list_categories")
    if cached is None:
        known = categories.known(model.Session())
        cached = tk.g.civic_list_categories = {code: tk.h.civic_text(names)[0] for code, names in known.items()}
    return cached


def civic_list_schedule(period: str, schedule: Mapping[str, Any] | None) -> str:
    """When data are due, in words."""
    if schedule is None:
        return ""
    if schedule["kind"] == "within":
        return tk._("an update within each period")
    days = schedule.get("days") or 0
    if schedule.get("unit") == "working_day":
        text = tk.ungettext(
            "data about each period, not later than {n} working day after it",
            "data about each period, not later than {n} working days after it", days)
    elif schedule.get("unit") == "month":
        text = tk.ungettext(
            "data about each period, not later than {n} month after it",
            "data about each period, not later than {n} months after it", days)
    else:
        text = tk.ungettext(
            "data about each period, not later than {n} day after it",
            "data about each period, not later than {n} days after it", days)
    return text.format(n=days)


def civic_list_state_word(state: str) -> str:
    """The state of an edition, a link or a proposal in words."""
    words = {
        "draft": tk._("Draft"), "submitted": tk._("Waits for approval"), "approved": tk._("Approved"),
        "superseded": tk._("No longer in force"), "withdrawn": tk._("Withdrawn"), "revoked": tk._("Revoked"),
        "proposed": tk._("Waits for a decision"), "confirmed": tk._("Confirmed"), "disputed": tk._("Disputed"),
        "declined": tk._("Declined"), "ended": tk._("Ended"), "prepared": tk._("In preparation"),
        "accepted": tk._("Accepted"), "main": tk._("main"), "part": tk._("a part"), "additional": tk._("additional"),
        "add": tk._("New row"), "change": tk._("Other words"), "remove": tk._("Row to be removed"),
        "period": tk._("Looser period"),
    }
    return words.get(state, state)


def civic_list_field_word(field: str) -> str:
    """What a field of a row is called."""
    words = {
        "title": tk._("Title"), "owner": tk._("Agency"), "category": tk._("Category"), "period": tk._("Period"),
        "schedule": tk._("Schedule"), "first_due": tk._("First due"), "composition": tk._("Composition"),
        "way": tk._("Way of publication"), "theme": tk._("Section"), "note": tk._("Note"), "number": tk._("Number"),
        "responsible_unit": tk._("Responsible unit"),
    }
    return words.get(field, field)


def civic_list_value(field: str, value: Any) -> str:
    """A value of a row as a person reads it."""
    if value in (None, "", [], {}):
        return "—"
    if field == "period":
        return tk.h.civic_term_name("periods", value)
    if field == "way":
        return tk.h.civic_term_name("ways_of_publication", value)
    if field == "category":
        return civic_list_categories().get(value) or str(value)
    if field == "schedule":
        return civic_list_schedule("", value)
    if isinstance(value, Mapping):
        return tk.h.civic_text(value)[0]
    return "; ".join(value) if isinstance(value, list | tuple) else str(value)


def civic_list_event_word(type_: str) -> str:
    """What happened, in words."""
    words = {
        "duty.linked": tk._("A dataset was linked"), "duty.unlinked": tk._("A dataset was taken off"),
        "duty.link_changed": tk._("A dataset got another role"),
        "duty.link_proposed": tk._("A dataset of another body was proposed"),
        "duty.link_declined": tk._("A proposed dataset was declined"),
        "duty.link_disputed": tk._("A link was disputed"), "duty.changed": tk._("The agency changed its terms"),
        "edition.created": tk._("The draft was begun"), "edition.updated": tk._("Its data were changed"),
        "edition.imported": tk._("Rows were imported from a file"),
        "edition.submitted": tk._("It was submitted for approval"), "edition.returned": tk._("It was returned"),
        "edition.approved": tk._("It was approved"), "edition.effective_set": tk._("Its day was set"),
        "edition.revoked": tk._("It was revoked"), "edition.withdrawn": tk._("It was withdrawn"),
        "edition.superseded": tk._("A later edition came into force"),
        "edition.reinstated": tk._("It is in force again"), **delivery_words.events(),
    }
    return words.get(type_, type_)


def civic_list_history(duty: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What happened to a duty, as entries of a timeline. A dataset is named where the reader sees it linked."""
    datasets = {link["dataset"]["id"]: link["dataset"]["title"] for link in duty["links"]}
    return [
        {
            "at": event["at"], "text": civic_list_event_word(event["type"]),
            "note": _about(event["public"] or {}, datasets),
        }
        for event in events
    ]


def _about(said: Mapping[str, Any], datasets: Mapping[str, Mapping[str, str]]) -> Markup | str:
    if said.get("dataset") in datasets:
        title, lang = tk.h.civic_text(datasets[said["dataset"]])
        return Markup("<span{}>{}</span>").format(tk.h.civic_lang(lang), title)
    if said.get("after"):
        return delivery_words.state_name(said["after"])
    if said.get("key"):
        return delivery_words.period_label(said["key"])
    return ", ".join(civic_list_field_word(name) for name in said.get("fields") or ())


def civic_list_of_dataset(dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The duties that a dataset answers, with link and act: one statement, none without duties."""
    keys = [link["duty"] for link in dataset.get("duties") or []]
    if not keys:
        return []
    return duties.of_dataset(model.Session(), dataset["id"])


civic_list_own_duties = choices.own_duties
civic_list_upload = choices.new_dataset_url


def civic_list_standing(dataset: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """State, reason, last and next update of a dataset today: one statement."""
    return dataset_standing.standing(model.Session(), dataset["id"], clock.today())


def civic_list_states() -> list[str]:
    """Every state that a duty can have, from the best to those that are in no figure."""
    return ["fresh", "due", "overdue", "delinquent", "missing", "not_started", "suspended", "not_applicable"]


civic_list_strip = delivery_shown.strip
civic_list_days_left = delivery_shown.days_left
civic_list_next_due = delivery_shown.next_due
civic_list_share = delivery_shown.share
civic_list_line = delivery_shown.line
civic_list_rows_name = delivery_shown.rows_name
civic_list_rows_urls = delivery_shown.rows_urls
civic_list_state_name = delivery_words.state_name
civic_list_when_state = delivery_words.when_state
civic_list_why = delivery_words.why
civic_list_period_label = delivery_words.period_label
civic_list_for_period = delivery_words.for_period
civic_list_obligation_state = delivery_words.obligation_state
civic_list_use_outcome = delivery_words.use_outcome
civic_list_how_seen = delivery_words.how_seen
civic_list_evidence_reason = delivery_words.evidence_reason
civic_list_ground = delivery_words.ground


def civic_list_upload_news(dataset: Mapping[str, Any]) -> dict[str, Any] | None:
    """What became of the last upload, for who publishes for the dataset's agency; one statement, none for others."""
    publishes = tk.current_user.is_authenticated and civic_list_roles().publishes_for(dataset.get("owner_org"))
    return uploading.news_of(model.Session(), dataset["id"]) if publishes else None


def civic_list_upload_questions(dataset: str) -> dict[str, Any]:
    """What is asked with a new file for a dataset, by its id or name."""
    return uploading.questions(model.Session(), dataset)


def civic_list_desk_parts() -> list[dict[str, str]]:
    """The parts of an agency's desk, in their order, as options of a select."""
    words = {
        "over": tk._("Not done in time"), "week": tk._("Due within a week"), "month": tk._("Due within a month"),
        "missing": tk._("Without data"), "later": tk._("Later"), "resting": tk._("Nothing owed now"),
    }
    return [{"value": part, "label": label} for part, label in words.items()]


def civic_list_state_options() -> list[dict[str, str]]:
    """Every state of a duty as options of a select."""
    return [{"value": code, "label": delivery_words.state_name(code)} for code in civic_list_states()]


def civic_list_changes(kept: Mapping[str, Any] | None) -> list[str]:
    """What changed in the rows and columns of a file, as sentences."""
    return changes_words.lines(of_stored(kept or {}))

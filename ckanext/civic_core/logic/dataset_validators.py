"""Validators of what else a dataset says of itself: update period, duties, category, licence, contact."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.plugins import PluginImplementations
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.civic_core import config, forms, languages, vocabulary
from ckanext.civic_core.domain import duties, texts
from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.interfaces import IDatasetDuties
from ckanext.civic_core.logic.stored import given, is_given, stored_extra, stored_object

Validator = Callable[[FlattenKey, FlattenDataDict, FlattenErrorDict, Context], None]

__all__ = [
    "civic_category", "civic_default_license", "civic_drop_blank_rows", "civic_duties", "civic_lines", "civic_term",
    "civic_update_period",
]


def civic_term(field: Mapping[str, Any], _schema: Mapping[str, Any]) -> Validator:
    """Scheming validator: a code of the vocabulary that the field names; a name or another spelling is understood."""

    def validate(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        if not given(data, key):
            data.pop(key, None)
            raise tk.StopOnError
        data[key] = _code(field["vocabulary"], data[key])

    return validate


def civic_update_period(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context,
) -> None:
    """A code of the vocabulary ``periods``.

    It may be left out where duties are given (they bring their period), where it was not known before, and by a
    client that knows only CKAN's own fields. Left out of an update it stays.
    """
    value, thing = given(data, key), stored_object(key, data, context)
    stored = stored_extra(thing, key[-1])
    if value is None and stored:
        data[key] = value = stored
    if value:
        data[key] = _code("periods", value)
    elif _period_needed(data, value, thing, context):
        raise tk.Invalid(tk._("Say how often the data are updated: {choices}").format(choices=_names("periods")))
    else:
        data.pop(key, None)
        raise tk.StopOnError


def civic_duties(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """The duties that a dataset answers: a list of ``CODE@agency`` or of ``{"duty", "role"}``; stored as JSON.

    Only the form is checked here; whether such duties exist says each plugin with ``IDatasetDuties``. Left out of an
    update they stay.
    """
    thing = stored_object(key, data, context)
    sent = _sent_duties(key, data)
    if sent is None:
        _keep(key, data, thing)
        return
    try:
        links = duties.parse(sent, [term.code for term in vocabulary.load("duty_roles")])
    except Refused as refusal:
        raise tk.Invalid(_duty_sentence(refusal)) from refusal
    rows = [{"duty": link.duty, "role": link.role} for link in links]
    if rows != (stored_extra(thing, key[-1]) or []):
        for plugin in PluginImplementations(IDatasetDuties):
            errors[key].extend(plugin.check_duties(context, rows, given(data, ("owner_org",))))
    data[key] = json.dumps(rows)


def civic_category(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """The category of a dataset: name or id of a CKAN group of type ``group``.

    A publisher may choose any category: for CKAN's own field ``groups`` he would have to be a member of the group.
    ``civic_category`` in the validated data says which group the dataset moves to (see ``datasets.keep_category``).
    """
    value, thing = given(data, key), stored_object(key, data, context)
    if value is None:
        _keep(key, data, thing)
        return
    group = _category(value) if value else None
    actual = _actual_category(thing)
    data[key] = group.name if group else ""
    if data[key] != actual:
        data[("civic_category",)] = group.id if group else ""
        if thing is not None:  # so that a change is seen even where the extra had fallen behind the groups
            thing.extras = {**thing.extras, key[-1]: actual}


def civic_default_license(value: Any) -> Any:
    """The licence that the portal's configuration names, where none is given."""
    return value if is_given(value) and value != "" else config.default_license()


def civic_lines(value: Any) -> Any:
    """A list: sent as such, or as one value a line."""
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


def civic_drop_blank_rows(_field: None, schema: Mapping[str, Any]) -> Validator:
    """Scheming validator: leave out what is blank in repeating rows; a form always offers one row more."""
    repeating = {field["field_name"] for field in schema["dataset_fields"] if "repeating_subfields" in field}

    def drop(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        for name in [name for name in data if name[0] in repeating and len(name) == 3]:
            if data[name] in (None, "", tk.missing):
                del data[name]

    return drop


# The mark by which scheming knows that a validator wants the field and the schema.
civic_term.is_a_scheming_validator = True  # type: ignore[attr-defined]
civic_drop_blank_rows.is_a_scheming_validator = True  # type: ignore[attr-defined]


def _code(title: str, value: Any) -> str:
    term = vocabulary.load(title).find(str(value).rsplit("/", 1)[-1]) if isinstance(value, str) else None
    if term is None:
        raise tk.Invalid(tk._("“{value}” is none of: {choices}").format(value=value, choices=_names(title)))
    return term.code


def _names(title: str) -> str:
    order = config.languages()
    return ", ".join(texts.pick(term.name, languages.reader(), order)[0] for term in vocabulary.load(title))


def _period_needed(data: FlattenDataDict, value: Any, thing: Any, context: Context) -> bool:
    linked = (given(data, ("duties",)) or "[]") != "[]"
    left_out = value is None and (thing is not None or context.get("civic_plain_client"))
    return not linked and not left_out


def _keep(key: FlattenKey, data: FlattenDataDict, thing: Any) -> None:
    stored = (thing.extras or {}).get(key[-1]) if thing is not None else None
    if stored is None:
        data.pop(key, None)
        raise tk.StopOnError
    data[key] = stored


def _sent_duties(key: FlattenKey, data: FlattenDataDict) -> Any:
    """Duties as sent: a list, JSON, or the rows of a form (``duties-0-duty``, ``duties-0-role``)."""
    extras = data.get(("__extras",)) or {}
    names = sorted(name for name in extras if name.startswith(f"{key[-1]}-"))
    if names:
        return forms.form_rows({name: extras.pop(name) for name in names})
    value = given(data, key)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.lstrip().startswith("[") else [part for part in value.split(",") if part]
    except ValueError:
        return [value]


def _duty_sentence(refusal: Refused) -> str:
    sentences = {
        "duties_not_a_list": tk._("Give a list of duties, such as [“{example}”]"),
        "duty_malformed": tk._("“{duty}” is no duty. Write the code of the list item and the agency: {example}"),
        "duty_role_unknown": tk._("“{role}” is no role of a dataset. Roles are: {roles}"),
        "duty_twice": tk._("The duty {duty} stands here twice"),
    }
    return sentences[refusal.code].format(example="MIO-047@akimat-astana", **refusal.params)


def _category(value: Any) -> Any:
    group = model.Group.get(value) if isinstance(value, str) else None
    if group is None or group.is_organization or group.type != "group" or group.state != "active":
        names = model.Session.query(model.Group.name).filter_by(type="group", is_organization=False, state="active")
        choices = ", ".join(sorted(name for (name,) in names))
        raise tk.Invalid(tk._("“{value}” is none of: {choices}").format(value=value, choices=choices))
    return group


def _actual_category(thing: Any) -> str:
    groups = thing.get_groups("group") if thing is not None else []
    return min((group.name for group in groups if group.state == "active"), default="")

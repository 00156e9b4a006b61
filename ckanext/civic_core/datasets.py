"""What is done when CKAN saves, shows or indexes a dataset."""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
from ckan.types import Context

__all__ = ["keep_category", "searchable", "show_category"]

TRANSLATED = "_translated"


def keep_category(context: Context, dataset: Mapping[str, Any]) -> None:
    """Move a saved dataset to the category that its publisher chose, in the transaction that saves it."""
    chosen = dataset.get("civic_category")
    if chosen is None:
        return
    session = context["session"]
    members = session.query(model.Member).filter_by(table_name="package", table_id=dataset["id"], capacity="public")
    known = {member.group_id: member for member in members.join(model.Group).filter(model.Group.type == "group")}
    for group_id, member in known.items():
        member.state = "active" if group_id == chosen else "deleted"
    if chosen and chosen not in known:
        session.add(model.Member(
            table_name="package", table_id=dataset["id"], group=session.get(model.Group, chosen),
            capacity="public", state="active",
        ))
    session.flush()


def show_category(dataset: dict[str, Any]) -> None:
    """The category of a dataset is the group it is in, whoever put it there."""
    groups = sorted(group["name"] for group in dataset.get("groups", []))
    if groups:
        dataset["category"] = groups[0]
    else:
        dataset.pop("category", None)


def searchable(document: dict[str, Any]) -> dict[str, Any]:
    """A dataset's search document in which texts are found in each of their languages.

    Stored are texts as JSON: that is replaced by the words alone, in fields that CKAN's schema indexes as text
    (a plain string field takes at most 32 kB, which a description in three languages may exceed).
    """
    shown = json.loads(document.get("validated_data_dict") or "{}")
    for name in [key for key in document if key.endswith(TRANSLATED) and not key.startswith("extras_")]:
        del document[name]
        document[f"extras_{name}"] = " ".join(_words(shown.get(name)))
    document["res_name"] = [*document.get("res_name", []), *_of_resources(shown, "name_translated")]
    document["res_description"] = [
        *document.get("res_description", []), *_of_resources(shown, "description_translated"),
    ]
    links = shown.get("duties") or []
    document.pop("duties", None)
    document.pop("extras_duties", None)
    document["vocab_civic_duties"] = [link["duty"] for link in links]
    return document


def _of_resources(shown: Mapping[str, Any], name: str) -> list[str]:
    return [word for resource in shown.get("resources", []) for word in _words(resource.get(name))]


def _words(several: Any) -> Iterable[str]:
    """All texts, and all keywords, in whatever language."""
    for said in several.values() if isinstance(several, dict) else ():
        yield from (said if isinstance(said, list) else [said])

"""A workbook for a draft: checked, decided row by row, written. The file itself waits in the database meanwhile."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.civic_core.pages import Attempt, attempt, found_or_404
from ckanext.civic_list.views.keeper import civic_keeper

#: rows to be decided on one page; the decisions on all others go through it unseen
ASKED = 60
_KINDS = {"same": "same_as", "split": "split_of"}


@civic_keeper.route("/editions/<number>/import")
def choose_file(number: str) -> str:
    """The form that takes a workbook."""
    return _page(found_or_404("civic_edition_show", number=number), None, {}, {})


@civic_keeper.route("/editions/<number>/import", methods=["POST"])
def import_file(number: str) -> Any:
    """Check a workbook, or the one that waits, and show what it would change; write it when asked to."""
    edition = found_or_404("civic_edition_show", number=number)
    chosen = _chosen()
    if "apply" in tk.request.form:
        return _write(edition, chosen)
    outcome = _look(edition, chosen)
    return _page(edition, outcome.result, chosen, outcome.errors)


def _look(edition: Mapping[str, Any], chosen: Mapping[str, str]) -> Attempt:
    return attempt("civic_edition_import", {"id": edition["id"], **_file(), **_decided(chosen)})


def _write(edition: Mapping[str, Any], chosen: Mapping[str, str]) -> Any:
    data = {"id": edition["id"], **_file(), **_decided(chosen), "dry_run": False}
    outcome = attempt("civic_edition_import", data, success=tk._("The rows are in the draft."))
    if outcome.done:
        return tk.redirect_to("civic_keeper.edition", number=edition["number"])
    return _page(edition, _look(edition, chosen).result, chosen, outcome.errors)


def _file() -> dict[str, Any]:
    """A file that was chosen now comes before the one that waits."""
    upload = tk.request.files.get("upload")
    if upload is not None and upload.filename:
        return {"upload": upload}
    staged = tk.request.form.get("staged")
    return {"staged": staged} if staged else {}


# --- decisions: ``<row>-<mark>`` -> ``same:<code>``, ``split:<code>`` or ``new`` ------------------------------


def _chosen() -> dict[str, str]:
    """What was decided, on this page and on those before it."""
    form = tk.request.form
    kept = _kept(form.get("kept", ""))
    return kept | {name.removeprefix("decide-"): value for name, value in form.items() if name.startswith("decide-")}


def _kept(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _decided(chosen: Mapping[str, str]) -> dict[str, Any]:
    """Decisions as the action takes them; a new file is looked at first, since its rows may stand elsewhere."""
    if "upload" in _file():
        return {}
    form = tk.request.form
    found = {key.partition("-")[0]: _decision(value) for key, value in chosen.items()}
    decisions = {row: decision for row, decision in found.items() if row.isdecimal() and decision}
    return {"decisions": decisions, "accept_suggestions": "accept" in form}


def _decision(value: str) -> dict[str, Any]:
    kind, _, code = value.partition(":")
    if kind == "new":
        return {"new": True}
    return {_KINDS[kind]: code} if kind in _KINDS and code else {}


def _mark(title: Mapping[str, str]) -> str:
    """Tells a row by what it says: a corrected file may have it in another place."""
    return sha256(json.dumps(title, sort_keys=True).encode()).hexdigest()[:12]


def _questions(preview: Mapping[str, Any], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """One question for each row that could be an item: its answers, and the one that is marked."""
    rows: dict[int, list[dict[str, Any]]] = {}
    for suggestion in preview["suggestions"]:
        rows.setdefault(suggestion["row"], []).append(suggestion)
    marks = {row: _mark(found[0]["title"]) for row, found in rows.items()}
    known = _by_mark(chosen, marks.values())
    questions = []
    for row, found in rows.items():
        answers = [_answer(one) for one in found]
        said = chosen.get(f"{row}-{marks[row]}") or known.get(marks[row])
        offered = {answer["value"] for answer in answers} | {"new"}
        questions.append({
            "row": row, "name": f"{row}-{marks[row]}", "title": found[0]["title"], "answers": answers,
            "decided": said in offered, "value": said if said in offered else answers[0]["value"],
        })
    return sorted(questions, key=lambda one: (one["decided"], one["row"]))


def _by_mark(chosen: Mapping[str, str], marks: Iterable[str]) -> dict[str, str]:
    """Decisions by what the row says, where only one row says so."""
    once = {mark for mark, count in Counter(marks).items() if count == 1}
    return {key.partition("-")[2]: value for key, value in chosen.items() if key.partition("-")[2] in once}


def _answer(suggestion: Mapping[str, Any]) -> dict[str, Any]:
    kind = "same" if "same_as" in suggestion else "split"
    code = suggestion[_KINDS[kind]]
    said = {name: suggestion[name] for name in ("score", "why", "item")}
    return {"kind": kind, "value": f"{kind}:{code}", "code": code, **said}


def _page(
    edition: Mapping[str, Any], preview: Mapping[str, Any] | None, chosen: Mapping[str, str], errors: Mapping[str, Any]
) -> str:
    questions = _questions(preview, chosen) if preview else []
    unseen = questions[ASKED:]
    return tk.render("civic_list/keeper/import.html", {
        "edition": edition, "tab": "import", "preview": preview, "errors": errors,
        "questions": questions[:ASKED], "undecided": sum(not one["decided"] for one in unseen),
        "more": len(unseen), "kept": json.dumps({one["name"]: one["value"] for one in unseen if one["decided"]}),
    })

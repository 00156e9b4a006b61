"""One duty at the agency's desk: confirmed as current, a file checked for it, relief asked for."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.civic_core import clock
from ckanext.civic_core.pages import attempt, found_or_404
from ckanext.civic_core.roles import Roles, roles_of
from ckanext.civic_list import agencies, delivery_words
from ckanext.civic_list.views.desk import civic_desk
from ckanext.civic_list.views.filled import posted

_ASKABLE = ("open", "overdue", "missed")


def _roles() -> Roles:
    return roles_of({"user": tk.current_user.name, "auth_user_obj": tk.current_user})


def _duty(code: str) -> dict[str, Any]:
    """The duty of an agency that the reader works for; of any, for keepers."""
    wanted = tk.request.values.get("agency", "")
    known = agencies.by_names(model.Session(), [wanted]).get(wanted)
    if known is None:
        return tk.abort(404, tk._("There is no such page, or it is not public."))
    if not (_roles().publishes_for(known.id) or _roles().keeps_list()):
        return tk.abort(403, tk._("You work for another agency."))
    return found_or_404("civic_duty_show", code=code, agency=known.name)


@civic_desk.route("/duties/<code>")
def duty(code: str) -> str:
    """What can be done for a duty beside uploading its data."""
    return _page(_duty(code), {})


def _page(duty: Mapping[str, Any], errors: Mapping[str, Any], checked: Mapping[str, Any] | None = None) -> str:
    return tk.render("civic_list/desk/duty.html", {
        "duty": duty, "form": tk.request.form, "errors": errors, "checked": checked, "asks": _asks(duty),
        "publishes": _roles().publishes_for(duty["agency"]["id"]),
        "reliefs": found_or_404("civic_relief_list", duty=_key(duty), limit=10)["results"],
    })


def _asks(duty: Mapping[str, Any]) -> bool:
    """Whether the reader may ask for relief: the agency's admins and keepers."""
    return _roles().keeps_list() or _roles().directs(duty["agency"]["id"])


def _key(duty: Mapping[str, Any]) -> str:
    return f"{duty['code']}@{duty['agency']['name']}"


def _done(duty: Mapping[str, Any]) -> Any:
    return tk.redirect_to("civic_desk.duty", code=duty["code"], agency=duty["agency"]["name"])


@civic_desk.route("/duties/<code>/current", methods=["POST"])
def confirm_current(code: str) -> Any:
    """Confirm that the data of a duty are still current."""
    duty = _duty(code)
    outcome = attempt("civic_duty_confirm_current", {"duty": _key(duty), **posted("note")})
    if not outcome.done:
        return _page(duty, outcome.errors)
    owed = outcome.result["obligation"]
    period = delivery_words.for_period(owed["key"], owed["kind"]) if owed else ""
    tk.h.flash_success(tk._("You confirmed that the data are current {period}.").format(period=period))
    return _done(duty)


@civic_desk.route("/duties/<code>/check", methods=["POST"])
def check_file(code: str) -> str:
    """Look at a file as if it were published now; nothing of it is saved."""
    duty = _duty(code)
    data = {"duty": _key(duty), **posted("dataset", "for_period", "correction"), "upload": _file()}
    outcome = attempt("civic_release_check", data)
    return _page(duty, outcome.errors, outcome.result)


def _file() -> Any:
    upload = tk.request.files.get("upload")
    return upload if upload is not None and upload.filename else None


# --- relief ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Relief:
    """What can be asked for: the action, and what its form sends."""

    action: str
    fields: tuple[str, ...]


RELIEFS: Mapping[str, Relief] = {
    "excuse": Relief("civic_obligation_excuse", ("id", "ground", "reason")),
    "suspension": Relief("civic_duty_suspend", ("since", "until", "ground", "reason")),
}


@civic_desk.route("/duties/<code>/ask/<kind>")
def ask(code: str, kind: str) -> str:
    """The form that asks for an excuse or a suspension."""
    duty = _duty(code)
    return _relief_page(duty, kind, {"since": tk.h.civic_date(clock.today())}, {})


@civic_desk.route("/duties/<code>/ask/<kind>", methods=["POST"])
def send(code: str, kind: str) -> Any:
    """Ask for an excuse or a suspension; a second person of the keepers decides."""
    duty = _duty(code)
    if kind not in RELIEFS:
        return tk.abort(404)
    typed = posted(*RELIEFS[kind].fields)
    if kind == "excuse" and typed.get("id") not in {str(one["id"]) for one in duty["obligations"]}:
        return _relief_page(duty, kind, typed, {"id": [tk._("Choose the period.")]})
    data = typed if kind == "excuse" else {"duty": _key(duty), **typed}
    outcome = attempt(RELIEFS[kind].action, data, success=tk._("It is asked for; a keeper of the list decides."))
    return _done(duty) if outcome.done else _relief_page(duty, kind, typed, outcome.errors)


def _relief_page(duty: Mapping[str, Any], kind: str, form: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    if kind not in RELIEFS:
        return tk.abort(404)
    if not _asks(duty):
        return tk.abort(403, tk._("An administrator of the agency asks for it."))
    askable = [one for one in duty["obligations"] if one["state"] in _ASKABLE]
    return tk.render("civic_list/desk/relief.html", {
        "duty": duty, "kind": kind, "form": form, "errors": errors, "askable": askable,
    })

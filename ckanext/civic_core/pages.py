"""What the views of every feature do in the same way: ask an action, show what it refuses."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response

__all__ = ["ROWS", "Attempt", "attempt", "found_or_404", "given", "paging", "signed_in_or_login"]

#: rows on one page of a list
ROWS = 20


def found_or_404(action: str, **data: Any) -> Any:
    """What an action answers; the page that says why not, where there is nothing to see or no right to."""
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such page, or it is not public."))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not see this page."))
    except tk.ValidationError as error:
        return tk.abort(400, " ".join(sentences(error.error_dict)))


def signed_in_or_login() -> Response | None:
    """A redirect to the login page for a visitor, who comes back afterwards; nothing for who is signed in."""
    if tk.current_user.is_authenticated:
        return None
    return tk.redirect_to("user.login", came_from=tk.request.full_path.rstrip("?"))


def given(*names: str) -> dict[str, str]:
    """The query's own words for these names, left out where empty."""
    values = {name: tk.request.args.get(name, "").strip() for name in names}
    return {name: value for name, value in values.items() if value}


def paging() -> dict[str, int]:
    """``limit`` and ``offset`` of the page asked for; the first one where the number makes no sense."""
    page = tk.request.args.get("page", 1, type=int)
    return {"limit": ROWS, "offset": (max(page, 1) - 1) * ROWS}


def sentences(errors: Mapping[str, Any]) -> list[str]:
    """The sentences of a validation error, however deep they stand."""
    found: list[str] = []
    for value in errors.values():
        for one in value if isinstance(value, list) else [value]:
            found += sentences(one) if isinstance(one, Mapping) else [str(one)]
    return found


@dataclass
class Attempt:
    """What came of a form: the action's answer, or what was typed and what is wrong with it."""

    done: bool
    result: Any = None
    data: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentences(self) -> list[str]:
        """Every error as a sentence, for the summary above the form."""
        return sentences(self.errors)


def attempt(action: str, data: Mapping[str, Any], *, success: str = "") -> Attempt:
    """Send a form to an action; on success say so on the next page.

    :param success: the sentence to show after the redirect.
    """
    try:
        result = tk.get_action(action)({}, dict(data))
    except tk.ValidationError as error:
        return Attempt(done=False, data=data, errors=error.error_dict)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such page, or it is not public."))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not do this."))
    if success:
        tk.h.flash_success(success)
    return Attempt(done=True, result=result, data=data)

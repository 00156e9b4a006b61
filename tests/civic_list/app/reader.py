"""Pages as somebody reads them and fills in their forms, without a browser."""
from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup


class Reader:
    """An account, or a visitor, who opens pages of the portal."""

    def __init__(self, app: Any, name: str | None = None) -> None:
        self.app, self.headers = app, {"Authorization": _token(name)} if name else {}

    def opens(self, path: str, *, status: int = 200) -> BeautifulSoup:
        answer = self.app.get(path, headers=self.headers, follow_redirects=False, status=status)
        return BeautifulSoup(answer.body, "html.parser")

    def sends(self, path: str, data: Any = None, *, status: int = 200, follow: bool = True) -> BeautifulSoup:
        answer = self.app.post(path, data=data or {}, headers=self.headers, follow_redirects=follow, status=status)
        return BeautifulSoup(answer.body, "html.parser")


def _token(name: str) -> str:
    import ckan.model as model
    import ckan.plugins.toolkit as tk

    context = {"user": name, "ignore_auth": True, "model": model, "session": model.Session}
    return tk.get_action("api_token_create")(context, {"user": name, "name": "pages"})["token"]


def words(page: BeautifulSoup, selector: str = "[role=main]") -> str:
    """What stands in a part of a page, with single spaces."""
    return " ".join(" ".join(part.get_text(" ", strip=True) for part in page.select(selector)).split())


def value(page: BeautifulSoup, name: str) -> str:
    """What a field of a form holds."""
    field = page.select_one(f'[name="{name}"]')
    assert field is not None, f"no field {name}"
    if field.name == "select":
        chosen = field.select_one("option[selected]")
        return chosen["value"] if chosen else ""
    return field.get_text() if field.name == "textarea" else field.get("value", "")

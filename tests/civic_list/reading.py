"""A list with a past and a future, and what readers make of its pages."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup, Tag
from civic_list import portal
from civic_list.listing import dataset, on
from civic_list.portal import AKMOLA, BODY, HEALTH, act, draft, make_law, row

#: codes of the rows that tests speak of
CODES: dict[str, str] = {}


def load_law() -> None:
    """2025 in force with 32 rows, 2026 to come, 2027 a draft; datasets linked, waiting, disputed and private."""
    from ckan.lib.search import clear_all
    from database import empty

    empty()
    clear_all()
    model.repo.init_db()
    portal.load()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tk.config, "ckanext.civic_core.authorised_body", BODY)
        _edition_2025()
        _later_editions()
        _datasets()


def _edition_2025() -> None:
    with on("2025-01-20"):
        draft("2025", title={"ru": "Перечень 2025 года"})
        theme = {"ru": "Раздел 1. Здоровье", "kk": "1-бөлім. Денсаулық"}
        CODES["schools"] = row("2025", 1, theme=theme, composition="name; address", note="For <b>all</b>")["code"]
        CODES["kazakh"] = row("2025", 2, title={"kk": "Дәріханалар", "ru": "Аптеки"}, theme=theme)["code"]
        CODES["gone"] = row("2025", 3)["code"]
        CODES["akimats"] = row("2025", 4, owner="mio", category="education", period="QUARTERLY")["code"]
        for number in range(5, 33):
            row("2025", number, **({"category": "transport"} if number > 29 else {}))
        make_law("2025", "2025-02-01")


def _later_editions() -> None:
    with on("2025-03-01"):
        draft("2026", copy_of="2025")
        _change("schools", title={"ru": "Школы и лицеи 1", "kk": "Мектептер 1", "en": "Schools and lyceums 1"})
        _change("kazakh", period="WEEKLY", note="=1+1")
        _change("akimats", owner=AKMOLA)
        act("keeper", "civic_item_delete", edition="2026", code=CODES["gone"])
        CODES["new"] = row("2026", 40, title={"kk": "Жаңа", "ru": "Новое", "en": "New"})["code"]
        make_law("2026", "2026-02-01")
        draft("2027", copy_of="2026", effective_from="2027-02-01")


def _change(name: str, **values: Any) -> None:
    act("keeper", "civic_item_update", edition="2026", code=CODES[name], **values)


def _datasets() -> None:
    with on("2025-02-03"):
        key = f"{CODES['schools']}@{HEALTH}"
        dataset("health_editor", HEALTH, key)
        dataset("health_editor", HEALTH, {"duty": key, "role": "part"}, name="hidden", private=True)
        dataset("akmola_editor", AKMOLA, {"duty": key, "role": "additional"}, name="offered")
        doubtful = dataset("health_editor", HEALTH, f"{CODES['kazakh']}@{HEALTH}", name="doubtful")
        (link,) = act("keeper", "civic_duty_link_list", dataset=doubtful["id"])["results"]
        act("keeper", "civic_duty_link_decide", id=link["id"], decision="dispute", reason="Other data")


@contextmanager
def reading_on(day: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The portal on a day, with its keepers."""
    monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", BODY)
    with on(day):
        yield
    model.Session.remove()


def get(app: Any, url: str, status: int = 200, user: str | None = None) -> BeautifulSoup:
    return BeautifulSoup(app.get(url, status=status, headers=as_user(user)).body, "html.parser")


def as_user(user: str | None) -> dict[str, str]:
    """Headers of a request by this account."""
    if not user:
        return {}
    made = tk.get_action("api_token_create")({"ignore_auth": True, "user": user}, {"user": user, "name": "pages"})
    return {"Authorization": made["token"]}


def body(page: BeautifulSoup) -> Tag:
    found = page.select_one("[role=main]")
    assert found is not None
    return found


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def table(page: BeautifulSoup, caption: str) -> list[list[str]]:
    """The cells of the table of this caption."""
    (found,) = (one for one in page.select("table") if words(one.caption).startswith(caption))
    return [[words(cell) for cell in line.select("th, td")] for line in found.select("tbody tr")]

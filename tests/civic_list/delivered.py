"""A portal with some months of deliveries: data in time, late, missed, not counted, and none at all."""
from __future__ import annotations

import pytest
from civic_list.delivering import pass_time, publish, put
from civic_list.listing import on
from civic_list.portal import BODY, HEALTH, act, draft, make_law, row

#: codes of the rows that tests speak of
CODES: dict[str, str] = {}
TODAY = "2025-10-13"


def load() -> None:
    """The list of 2025 in force since February, as it stands on 13 October."""
    import ckan.model as model
    import ckan.plugins.toolkit as tk
    from civic_list import portal
    from ckan.lib.search import clear_all
    from database import empty

    empty()
    clear_all()
    model.repo.init_db()
    portal.load()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tk.config, "ckanext.civic_core.authorised_body", BODY)
        with on("2025-01-20"):
            _edition()
        _deliveries()


def _edition() -> None:
    draft("2025")
    kept = {"kk": "Емдеу ұйымдары", "ru": "Медицинские организации", "en": "Medical organisations"}
    silent = {"kk": "Туу туралы деректер", "ru": "Данные о рождаемости", "en": "Births"}
    late = {"kk": "Дәріханалар", "ru": "Аптеки", "en": "Pharmacies"}
    after = {"kind": "after", "days": 15, "unit": "calendar_day"}
    within = {"kind": "within"}
    CODES["kept"] = row("2025", 1, title=kept, schedule=within)["code"]
    CODES["silent"] = row("2025", 2, title=silent, schedule=after)["code"]
    CODES["late"] = row("2025", 3, title=late, period="QUARTERLY", schedule=within)["code"]
    CODES["missing"] = row("2025", 4)["code"]
    CODES["rested"] = row("2025", 6)["code"]
    CODES["akimats"] = row("2025", 5, owner="mio", category="education", period="QUARTERLY")["code"]
    make_law("2025", "2025-02-01")


def content(n: int) -> bytes:
    """A file that no other is like."""
    return f"period;region;count\n2025;Akmola;{n}\n2025;Abai;{n * 7}\n".encode()


def _deliveries() -> None:
    with on("2025-02-05"):
        pass_time()
        for place, name in enumerate(("kept", "silent", "late")):
            publish(f"{CODES[name]}@{HEALTH}", name=f"data-{name}", title_translated=_title(name))
            put(f"data-{name}", content(place + 1))
    for month in (3, 4, 5, 6, 8, 9):
        with on(f"2025-{month:02}-14"):
            pass_time()
            put("data-kept", content(month * 100))
            if month == 6:
                put("data-late", content(666))
    with on("2025-09-16"):
        pass_time()
        put("data-kept", content(901))
    with on("2025-10-01"):
        pass_time()
        _reliefs()
    with on("2025-10-06"):
        pass_time()
        put("data-kept", content(1000))
        put("data-silent", b"period;region;count\n2025;Abai;14\n2025;Akmola;2\n")
    with on(TODAY):
        pass_time()


def _reliefs() -> None:
    rested, silent = (f"{CODES[name]}@{HEALTH}" for name in ("rested", "silent"))
    asked = [
        act("keeper", "civic_duty_suspend", duty=rested, since="2025-10-01", until="2025-12-01",
            ground="system_replacement", reason="A letter of the ministry"),
        act("keeper", "civic_obligation_excuse", duty=silent, key="2025-03", ground="source_late",
            reason="A letter of the hospitals"),
    ]
    for relief in asked:
        act("second_keeper", "civic_relief_decide", id=relief["id"], decision="confirm")


def _title(name: str) -> dict[str, str]:
    titles = {
        "kept": {"kk": "Емдеу ұйымдары", "ru": "Медицинские организации", "en": "Medical organisations"},
        "silent": {"kk": "Туу туралы деректер", "ru": "Рождаемость по областям"},
        "late": {"kk": "Дәріханалар", "ru": "Аптеки города", "en": "Pharmacies of the city"},
    }
    return titles[name]

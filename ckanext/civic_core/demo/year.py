"""A simulated year of updates: who brings data in time, late, never, or only in appearance.

Everything goes through the actions that people use, on the day on which it happens; after each day the portal's own
clockwork does what is due by time.
"""
from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.civic_core import clock, ticking
from ckanext.civic_core.domain.working_days import add_months

__all__ = ["live_through"]

DATA = Path(__file__).parent / "data" / "datasets" / "files"
ONE_DAY = timedelta(days=1)
MONTHS = 12

#: datasets that are brought each month, quarter, half-year on a day after it, as many times in the year
MONTHLY = {"kyzylorda-unemployment": 5, "air-quality-by-city": 8, "sko-teacher-vacancies": 10, "almaty-pharmacies": 6}
QUARTERLY = {
    "sme-counts-by-region": 12, "turkistan-language-events": 30, "astana-kindergartens": 9, "akmola-vacant-land": 14,
    "kostanay-targeted-assistance": 15,
}
HALF_YEARLY = {"astana-waste-tariffs": 20, "shymkent-road-repair": 18}
YEARLY = (
    "almaty-cultural-institutions", "almaty-region-tourist-routes", "almaty-state-schools",
    "pavlodar-sports-facilities", "shymkent-land-fund", "vko-hospitals", "zko-additional-education",
)
DAILY, DAYS = "exchange-rates", 14
#: for the last months: nothing comes any more, or the same rows in another order
SILENT, SAME, QUIET_MONTHS = "sko-teacher-vacancies", "almaty-pharmacies", 5
CORRECTED, WITHDRAWN, RESTS = "astana-kindergartens", "zhambyl-common-minerals", "kostanay-targeted-assistance"
#: once its agency confirms that nothing changed, and once it is excused
REVIEWED = EXCUSED = "akmola-vacant-land"

AMENDED, ENDED = "2025-1", "atyrau-water-supply"

Deed = Callable[[], None]


def live_through() -> None:
    """Let the year up to today pass."""
    today = clock.today()
    _tick(today - timedelta(days=365) - ONE_DAY)
    for day, deed in sorted(_deeds(today), key=lambda one: one[0]):
        with clock.stopped_at(datetime.combine(day, time(5), UTC)):
            deed()
            ticking.tick(model.Session)
    ticking.tick(model.Session)


def _tick(day: date) -> None:
    with clock.stopped_at(datetime.combine(day, time(5), UTC)):
        ticking.tick(model.Session)


def _deeds(today: date) -> Iterator[tuple[date, Deed]]:
    began = add_months(today.replace(day=1), -MONTHS)
    firsts = [add_months(began, n) for n in range(MONTHS + 1)]
    quiet = add_months(today, -QUIET_MONTHS)
    for first in firsts:
        steps = {1: MONTHLY, 3: QUARTERLY, 6: HALF_YEARLY}
        for months, datasets in steps.items():
            if (first.month - 1) % months == 0:
                yield from _brought(first, datasets, quiet)
    january = date(today.year, 1, 27)
    yield from ((january, _bring(name, january)) for name in YEARLY)
    yield from _every_day(today)
    yield from _special(today)


def _brought(first: date, datasets: Mapping[str, int], quiet: date) -> Iterator[tuple[date, Deed]]:
    for name, after in datasets.items():
        day = first + timedelta(days=after)
        if day >= clock.today():
            continue
        if day >= quiet and name == SILENT:
            continue
        if name == REVIEWED and first == add_months(quiet.replace(day=1), (1 - quiet.month) % 3 - 3):
            yield day, _review
            continue
        yield day, _bring(name, quiet if name == SAME and day >= quiet else day)
        if name == CORRECTED:
            yield day + ONE_DAY, _bring(name, day + ONE_DAY)


def _every_day(today: date) -> Iterator[tuple[date, Deed]]:
    """Each working day but the last one: that one is late now."""
    days = [today - back * ONE_DAY for back in range(DAYS, 0, -1)]
    for day in [day for day in days if day.weekday() < 5][:-1]:
        yield day, _bring(DAILY, day)


def _special(today: date) -> Iterator[tuple[date, Deed]]:
    yield today - timedelta(days=60), lambda: _as("operator", "package_patch", id=WITHDRAWN, private=True)
    yield today - timedelta(days=30), lambda: _rest(today)
    yield today - timedelta(days=15), lambda: _amend(today - timedelta(days=14))
    yield today - timedelta(days=10), _excuse


def _review() -> None:
    _as("akmola_admin", "civic_duty_confirm_current", duty=_duty(REVIEWED), note="Перечень участков не изменился")


def _rest(today: date) -> None:
    asked = _as(
        "keeper", "civic_duty_suspend", duty=_duty(RESTS), since=clock.today().isoformat(),
        until=add_months(today, 2).isoformat(), ground="system_replacement", reason="Меняется учётная система",
    )
    _as("approver", "civic_relief_decide", id=asked["id"], decision="confirm")


def _excuse() -> None:
    owed = _as("keeper", "civic_duty_show", id=_duty(EXCUSED))["obligations"]
    missed = next((one for one in owed if one["state"] in ("missed", "overdue")), None)
    if missed is not None:
        asked = _as(
            "akmola_admin", "civic_obligation_excuse", id=missed["id"], ground="force_majeure",
            reason="Паводок: учёт земель был приостановлен",
        )
        _as("keeper", "civic_relief_decide", id=asked["id"], decision="confirm")


def _amend(day: date) -> None:
    """A change of the list: a new row, which nobody has published yet, and one that is owed no more."""
    title = {"kk": "2025 жылғы бірыңғай тізбеге өзгеріс", "ru": "Изменение единого перечня 2025 года",
             "en": "Amendment to the unified list of 2025"}
    act = {"act_number": "№ 00-НҚ/1 (образец)", "act_date": clock.today().isoformat()}
    _as("keeper", "civic_edition_create", number=AMENDED, copy_of="2025", title=title, **act)
    _as(
        "keeper", "civic_item_create", edition=AMENDED, owner="ministry-of-healthcare", category="health",
        period="QUARTERLY", number=901, composition=["отчетный период", "наименование региона", "количество бригад"],
        title={"kk": "Жедел жәрдем бригадаларының саны туралы мәліметтер",
               "ru": "Сведения о количестве бригад скорой помощи", "en": "Numbers of ambulance crews"},
    )
    _as("keeper", "civic_item_delete", edition=AMENDED, code=_duty(ENDED).split("@")[0])
    _as("keeper", "civic_edition_submit", id=AMENDED)
    _as("approver", "civic_edition_approve", id=AMENDED, effective_from=day.isoformat())


def _duty(dataset: str) -> str:
    return _as("operator", "package_show", id=dataset)["duties"][0]["duty"]


# --- files ------------------------------------------------------------------------------------------------


def _bring(name: str, of: date) -> Deed:
    """Upload the dataset's first file with the numbers of a day; of the same day, the same rows in another order."""

    def deed() -> None:
        resource = _as("operator", "package_show", id=name)["resources"][0]
        path = next(DATA.glob(f"{name}.*"))
        content = _numbers_of(path, of, reverse=of != clock.today() and clock.today().month % 2 == 0)
        _as(
            "operator", "resource_update", id=resource["id"], format=resource["format"],
            name_translated=resource.get("name_translated"),
            upload=FileStorage(io.BytesIO(content), filename=path.name),
        )

    return deed


def _numbers_of(path: Path, of: date, *, reverse: bool) -> bytes:
    step = of.toordinal() % 97 + 1
    if path.suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))
        return json.dumps([_moved(row, step) for row in rows], ensure_ascii=False).encode()
    text = _text(path.read_bytes())
    dialect = csv.Sniffer().sniff(text[:4096], ",;\t")
    reader = csv.DictReader(io.StringIO(text), dialect=dialect)
    rows = [_moved(row, step) for row in reader]
    names = list(reader.fieldnames or ())
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=dialect.delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(reversed(rows) if reverse else rows)
    return out.getvalue().encode()


def _text(content: bytes) -> str:
    """Some of the files are written as old programs write them."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251")


def _moved(row: Mapping[str, Any], step: int) -> dict[str, Any]:
    """A row with its last number moved a little; a row without numbers stays."""
    moved = dict(row)
    for name in reversed(list(row)):
        text = str(row[name])
        if isinstance(row[name], float):
            moved[name] = round(row[name] * (1 + step / 1000), 2)
            break
        if text.isdigit() and not text.startswith("0") and len(text) < 9:
            value = int(text) + step
            moved[name] = value if isinstance(row[name], int) else str(value)
            break
    return moved


def _as(user: str, action: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": user, "model": model, "session": model.Session}, data)

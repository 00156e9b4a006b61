"""J8, its second half: after an upload the dataset's page says that the duty is fulfilled, or why the file does not
count; the desk confirms, checks and asks; the keeper decides."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from browser.journeys import PASSWORD, begin
from civic_list.delivering import pass_time
from civic_list.listing import on
from civic_list.portal import AKMOLA, BODY, act, draft, make_law, sheet

from ckanext.civic_core import clock

CODE = "MIO-003"
NAME = f"mio-003-{AKMOLA}"
ROWS = "Район;Площадь, га\nАккольский;120\nАршалынский;80\n"
REORDERED = "Район;Площадь, га\nАршалынский;80\nАккольский;120\n"
SAID = {
    "en": ("The duty is fulfilled", "This upload does not count", "The file is being checked"),
    "ru": ("Обязательство исполнено", "Эта загрузка не засчитана", "Файл проверяется"),
    "kk": ("Міндеттеме орындалды", "Бұл жүктеме есепке алынбады", "Файл тексерілуде"),
}


@pytest.fixture(autouse=True)
def agency(portal: Any, clean_index: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[None]:
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", BODY)
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
    begin()
    _bring_list_into_force_lately()
    pass_time()
    yield


def _bring_list_into_force_lately() -> None:
    """The official list, in force for some days: its first data are not late yet."""
    today = clock.today()
    with on((today - timedelta(days=9)).isoformat()):
        edition = draft("2025")
        act("keeper", "civic_edition_import", id=edition["id"], upload=sheet("unified-list-2025.xlsx"), dry_run=False)
    with on((today - timedelta(days=7)).isoformat()):
        make_law("2025", (today - timedelta(days=5)).isoformat())


def _look() -> None:
    """A worker looks at what waits."""
    import ckan.model as model

    from ckanext.civic_list.delivery import looking

    for dataset in looking.waiting(model.Session, 10):
        looking.look_at(dataset)
    model.Session.remove()


def _let_two_days_pass() -> None:
    """What one person writes within an hour is one release: the first came earlier."""
    import ckan.model as model
    import sqlalchemy as sa

    for table, at in (("civic_list_evidence", "at"), ("civic_list_evidence", "last_at"), ("civic_list_release", "at")):
        model.Session.execute(sa.text(f"update {table} set {at} = {at} - interval '2 days'"))
    for table in ("civic_list_evidence", "civic_list_release"):
        model.Session.execute(sa.text(f"update {table} set day = day - 2"))
    model.Session.commit()


def _publish(page: Any, language: str, file: Any) -> None:
    page.goto(f"/{language}/desk?q={CODE}")
    page.click("#duties tbody a.btn")
    page.fill("[name='notes_translated-ru']", "Свободные земельные участки по районам области.")
    page.fill("[name='notes_translated-kk']", "Облыс аудандары бойынша бос жер учаскелері.")
    page.select_option("[name=private]", "False")
    page.click("button[name=save]")
    page.set_input_files("input[type=file]", file)
    page.click("button[name=save][value=go-metadata]")
    page.wait_for_url(f"**/dataset/{NAME}")


def _replace(page: Any, language: str, file: Any) -> None:
    """Upload another file through the way that the desk leads to."""
    page.goto(f"/{language}/desk?q={CODE}")
    page.click("#duties tbody a.btn")
    page.locator("a.btn-remove-url, button.btn-remove-url").first.click()
    page.set_input_files("input[type=file]", file)
    page.click("button[name=save]")
    page.wait_for_url("**/resource/*")


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_page_says_what_became_of_an_upload(new_page, sign_in, axe, too_wide, tmp_path, language):
    fulfilled, uncounted, waiting = SAID[language]
    first, second = tmp_path / "land.csv", tmp_path / "land-again.csv"
    first.write_text(ROWS, encoding="utf-8")
    second.write_text(REORDERED, encoding="utf-8")
    page = new_page()
    sign_in(page, "akmola_editor", PASSWORD)
    _publish(page, language, first)
    assert waiting in page.inner_text("[role=main]")
    _look()
    page.goto(f"/{language}/dataset/{NAME}")
    assert fulfilled in page.inner_text("[role=main] [role=status]")
    assert axe(page) == []
    _let_two_days_pass()
    _replace(page, language, second)
    _look()
    page.goto(f"/{language}/dataset/{NAME}")
    assert uncounted in page.inner_text("[role=main] [role=status]")
    page.set_viewport_size({"width": 320, "height": 900})
    assert axe(page) == []
    assert too_wide(page) == []
    page.goto(f"/{language}/desk")
    assert page.locator("#uncounted tbody tr").count() == 1
    assert axe(page) == []
    assert too_wide(page) == []


def _sign_in_plainly(page: Any, name: str) -> None:
    page.goto("/user/login")
    page.fill("#field-login", name)
    page.fill("#field-password", PASSWORD)
    page.click(".form-actions button[type=submit]")


def test_a_file_is_checked_and_relief_asked_for_and_decided_without_javascript(new_page, axe, too_wide, tmp_path):
    file = tmp_path / "land.csv"
    file.write_text(ROWS, encoding="utf-8")
    page = new_page(javascript=False, width=320)
    _sign_in_plainly(page, "akmola_admin")
    page.goto(f"/ru/desk/duties/{CODE}?agency={AKMOLA}")
    page.set_input_files("#field-upload", file)
    page.click("#check button[type=submit]")
    assert page.locator("#check [role=status]").count() == 1
    page.goto(f"/ru/desk/duties/{CODE}/ask/suspension?agency={AKMOLA}")
    page.fill("#field-until", f"{clock.today() + timedelta(days=60):%d.%m.%Y}")
    page.select_option("#field-ground", "system_replacement")
    page.fill("#field-reason", "Переход на новую систему учёта земель.")
    page.click("[role=main] form button[type=submit]")
    assert page.locator("#relief li").count() == 1

    keeper = new_page(javascript=False, width=320)
    _sign_in_plainly(keeper, "keeper")
    keeper.goto("/ru/desk/list/delivery")
    keeper.click('#asked button[value="confirm"]')
    assert keeper.locator("#resting tbody tr").count() == 1
    assert act("citizen", "civic_duty_show", id=f"{CODE}@{AKMOLA}")["state"] == "suspended"


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_the_pages_of_delivery_are_accessible(new_page, sign_in, axe, too_wide, language):
    page = new_page()
    sign_in(page, "akmola_admin", PASSWORD)
    base = f"/{language}/desk/duties/{CODE}"
    for path in (base, f"{base}/ask/excuse", f"{base}/ask/suspension"):
        page.goto(f"{path}?agency={AKMOLA}")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe(page) == [], path
            assert too_wide(page) == [], path


def test_the_keepers_pages_of_delivery_are_accessible(new_page, sign_in, axe, too_wide):
    act("keeper", "civic_edition_create", number="2026", copy_of="2025", act_number="№ 1", act_date="2026-01-20")
    page = new_page()
    sign_in(page, "keeper", PASSWORD)
    for path in ("/ru/desk/list/delivery", "/ru/desk/list/delivery/missed", "/ru/desk/list/editions/2026"):
        page.goto(path)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe(page) == [], path
            assert too_wide(page) == [], path

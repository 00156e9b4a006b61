"""J8, its first half: an editor chooses a duty without data on the desk and uploads a file for it."""
from __future__ import annotations

import pytest
from browser.journeys import PASSWORD, begin, bring_list_into_force
from civic_list.portal import AKMOLA, BODY, act

CODE = "MIO-003"
#: the address of the dataset that the desk proposes
NAME = f"mio-003-{AKMOLA}"
ROWS = "Район;Площадь, га\nАккольский;120\nАршалынский;80\n"


@pytest.fixture(autouse=True)
def agency(portal, clean_index, monkeypatch, tmp_path):
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.civic_core.authorised_body", BODY)
    monkeypatch.setitem(tk.config, "ckan.storage_path", str(tmp_path / "storage"))
    begin()
    bring_list_into_force()


def _choose_duty(page, language: str) -> None:
    page.goto(f"/{language}/desk?q={CODE}")
    page.click("#duties tbody a.btn")
    page.wait_for_selector("[name='duties-0-duty']")


def _describe(page) -> None:
    page.fill("[name='notes_translated-ru']", "Свободные земельные участки по районам области.")
    page.fill("[name='notes_translated-kk']", "Облыс аудандары бойынша бос жер учаскелері.")
    page.select_option("[name=private]", "False")


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_file_is_uploaded_for_a_duty(new_page, sign_in, axe, too_wide, tmp_path, language):
    page = new_page()
    sign_in(page, "akmola_editor", PASSWORD)
    page.goto(f"/{language}/desk")
    assert page.locator(".cv-figure b").nth(1).inner_text() == "0"
    assert axe(page) == []
    _choose_duty(page, language)
    assert page.input_value("[name='duties-0-duty']") == f"{CODE}@{AKMOLA}"
    assert page.input_value("[name='title_translated-ru']").startswith("Информация о свободных земельных участках")
    assert page.input_value("[name=update_period]") == "QUARTERLY"
    _describe(page)
    page.click("button[name=save]")
    file = tmp_path / "vacant-land.csv"
    file.write_text(ROWS, encoding="utf-8")
    page.set_input_files("input[type=file]", file)
    page.click("button[name=save][value=go-metadata]")
    page.wait_for_url(f"**/dataset/{NAME}")

    duty = act("citizen", "civic_duty_show", id=f"{CODE}@{AKMOLA}")
    assert [dataset["name"] for dataset in duty["datasets"]] == [NAME]
    page.goto(f"/{language}/list/item/{CODE}/{AKMOLA}")
    assert page.locator(f"[role=main] a[href$='/dataset/{NAME}']").count() >= 1
    page.goto(f"/{language}/desk")
    assert page.locator(".cv-figure b").nth(1).inner_text() == "1"
    page.set_viewport_size({"width": 320, "height": 900})
    assert axe(page) == []
    assert too_wide(page) == []


def test_what_is_left_empty_is_filled_in_without_javascript(new_page, sign_in):
    page = new_page(javascript=False)
    page.goto("/user/login")
    page.fill("#field-login", "akmola_editor")
    page.fill("#field-password", PASSWORD)
    page.click(".form-actions button[type=submit]")
    page.goto("/ru/dataset/new")
    page.fill("[name='duties-0-duty']", f"{CODE}@{AKMOLA}")
    page.fill("[name='notes_translated-ru']", "Свободные земельные участки.")
    page.fill("[name='notes_translated-kk']", "Бос жер учаскелері.")
    page.fill("[name=name]", NAME)
    page.select_option("[name=owner_org]", index=1)
    page.click("button[name=save]")
    page.wait_for_selector("input[type=file]", state="attached")
    dataset = act("akmola_editor", "package_show", id=NAME)
    assert dataset["title_translated"]["ru"].startswith("Информация о свободных земельных участках")
    assert dataset["update_period"] == "QUARTERLY"
    assert dataset["category"]

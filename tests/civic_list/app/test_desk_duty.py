"""What an agency does for one duty at its desk: confirms its data, checks a file, asks for relief."""
from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from civic_list.app.reader import Reader, words
from civic_list.delivering import FIRST, SECOND, duty_id, obligations, pass_time, publish, put
from civic_list.listing import begin_list, on
from civic_list.portal import HEALTH, act, events


@pytest.fixture
def duty(office: None) -> Iterator[str]:
    """A monthly duty of the ministry with data of 3 February 2025; on 7 April March is overdue, April open."""
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    with on("2025-02-03"):
        publish(f"{code}@{HEALTH}")
        put("schools", FIRST)
    with on("2025-04-07"):
        pass_time()
        yield code


def _path(code: str, more: str = "", agency: str = HEALTH) -> str:
    return f"/desk/duties/{code}{more}?agency={agency}"


def _open(code: str, state: str = "overdue") -> str:
    shown = act("citizen", "civic_duty_show", id=f"{code}@{HEALTH}")["obligations"]
    return next(str(one["id"]) for one in shown if one["state"] == state)


@pytest.mark.parametrize(("who", "status"), [
    (None, 302), ("citizen", 403), ("akmola_admin", 403), ("health_editor", 200), ("keeper", 200), ("operator", 200),
])
def test_who_sees_a_duty_at_the_desk(app, duty, who, status):
    Reader(app, who).opens(_path(duty), status=status)


def test_what_does_not_exist_is_no_page(app, duty):
    for path in (_path("MZ-999"), _path(duty, agency="nobody"), _path(duty, "/ask/holiday")):
        Reader(app, "health_admin").opens(path, status=404)


def test_the_page_says_what_is_open(app, duty):
    page = Reader(app, "health_editor").opens(_path(duty))
    assert "Overdue, in grace" in words(page)
    rows = [words(row, "th") for row in page.select("table")[0].select("tbody tr")]
    assert rows == ["March 2025", "April 2025"]


# --- still current ------------------------------------------------------------------------------------------


def test_data_are_confirmed_as_current(app, duty):
    page = Reader(app, "health_editor").sends(_path(duty, "/current"), {"note": "Сверено с реестром"})
    assert "You confirmed that the data are current for March 2025" in words(page, ".flash-messages")
    assert obligations(duty_id(f"{duty}@{HEALTH}"))["2025-03"] == "fulfilled_late"
    assert "duty.reviewed" in [event["type"] for event in events(stream="duty")]


def test_a_third_confirmation_in_a_row_is_not_offered_but_explained(app, duty):
    editor = Reader(app, "health_editor")
    editor.sends(_path(duty, "/current"), {"note": ""})
    with on("2025-04-20"):
        editor.sends(_path(duty, "/current"), {"note": ""})
    with on("2025-05-12"):
        page = editor.opens(_path(duty))
        assert not page.select('form[action*="/current"]')
        assert "as often in a row as is allowed (2)" in words(page, "#current")
        refused = editor.sends(_path(duty, "/current"), {"note": "и снова"})
        assert "as often in a row as is allowed (2)" in words(refused, "[role=alert]")


def test_a_keeper_does_not_confirm_for_the_agency(app, duty):
    keeper = Reader(app, "keeper")
    assert not keeper.opens(_path(duty)).select("#current")
    keeper.sends(_path(duty, "/current"), status=403)


# --- a file is checked --------------------------------------------------------------------------------------


def _check(app, code: str, content: bytes, **more: str):
    data = {"upload": (BytesIO(content), "data.csv"), **more}
    return Reader(app, "health_editor").sends(_path(code, "/check"), data)


def test_a_file_that_would_count_is_told_its_period(app, duty):
    page = _check(app, duty, SECOND)
    assert "It would count" in words(page, "#check [role=status]")
    assert "March 2025, due on 31.03.2025: late" in words(page, "#check [role=status]")
    assert obligations(duty_id(f"{duty}@{HEALTH}"))["2025-03"] == "open"


def test_a_period_may_be_named(app, duty):
    page = _check(app, duty, SECOND, for_period="2025-04")
    assert "April 2025" in words(page, "#check [role=status]")


def test_the_same_file_is_told_why_it_would_not_count(app, duty):
    page = _check(app, duty, FIRST)
    assert "It would not count" in words(page, "#check")
    assert "version 1 of 03.02.2025" in words(page, "#check")


def test_wrong_rows_are_named_by_row_and_column(app, duty):
    page = _check(app, duty, b"period;region;count\n2025-02;Akmola;3\n2025-02;Abai;many\n")
    row = page.select_one("#check table tbody tr")
    assert [cell.get_text(strip=True) for cell in row.select("td")] == ["3", "count"]
    assert "is no number" in words(row, "th")


def test_without_a_file_nothing_is_checked(app, duty):
    page = Reader(app, "health_editor").sends(_path(duty, "/check"), {})
    assert page.select_one('[role=alert] a[href="#field-upload"]')


# --- relief -------------------------------------------------------------------------------------------------


def test_an_editor_is_told_who_asks_for_relief(app, duty):
    editor = Reader(app, "health_editor")
    assert "An administrator of the agency asks for it" in words(editor.opens(_path(duty)), "#relief")
    editor.opens(_path(duty, "/ask/excuse"), status=403)


def test_an_excuse_is_asked_for_and_stands_on_the_page(app, duty):
    director = Reader(app, "health_admin")
    form = director.opens(_path(duty, "/ask/excuse"))
    assert "March 2025" in words(form)
    page = director.sends(_path(duty, "/ask/excuse"), {
        "id": _open(duty), "ground": "technical_failure", "reason": "Сервер не работал",
    })
    assert "a keeper of the list decides" in words(page, ".flash-messages")
    assert "Excuse : March 2025" in words(page, "#relief").replace("Excuse:", "Excuse :")
    assert act("keeper", "civic_relief_list", state="proposed")["count"] == 1


def test_an_excuse_names_a_period_of_this_duty(app, duty):
    page = Reader(app, "health_admin").sends(_path(duty, "/ask/excuse"), {
        "id": "999999", "ground": "technical_failure", "reason": "x"})
    assert page.select_one('[role=alert] a[href="#field-id"]')


def test_a_suspension_is_asked_for(app, duty):
    director = Reader(app, "health_admin")
    director.sends(_path(duty, "/ask/suspension"), {
        "since": "07.04.2025", "until": "07.06.2025", "ground": "system_replacement", "reason": "Новая система",
    })
    found = act("keeper", "civic_relief_list", state="proposed")["results"]
    assert [(one["kind"], one["since"], one["until"]) for one in found] == [("suspension", "2025-04-07", "2025-06-07")]


def test_what_was_typed_stays_where_the_days_do_not_stand(app, duty):
    page = Reader(app, "health_admin").sends(_path(duty, "/ask/suspension"), {
        "since": "07.04.2025", "until": "07.04.2027", "ground": "system_replacement", "reason": "Новая система",
    })
    assert page.select_one("[name=until]")["value"] == "07.04.2027"
    assert "Новая система" in words(page, "textarea")
    assert page.select("[role=alert]")


def test_nothing_is_changed_by_get(app, duty):
    for path in ("/current", "/check"):
        Reader(app, "health_editor").opens(_path(duty, path), status=404)


def test_another_agency_asks_for_nothing(app, duty):
    Reader(app, "akmola_admin").sends(_path(duty, "/ask/excuse"), {"id": _open(duty)}, status=403)

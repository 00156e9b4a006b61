"""The list over HTTP, as programs call it: a file goes in by upload and comes out as base64."""
from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from civic_list.portal import act, draft, make_law, row, sheet
from ckan.tests import factories

from ckanext.civic_core import clock

pytestmark = pytest.mark.usefixtures("desk")


def _token(user: str) -> dict[str, str]:
    return {"Authorization": factories.APIToken(user=user)["token"]}


def _call(app: Any, action: str, user: str, status: int = 200, **data: Any) -> Any:
    headers = _token(user)
    answer = app.post(f"/api/3/action/{action}", json=data, headers=headers)
    assert answer.status_code == status, answer.body
    return answer.json["result" if status == 200 else "error"]


def test_a_workbook_is_uploaded_looked_at_and_written(app):
    draft()
    upload = {"id": "2025", "upload": (sheet("unified-list-2025.xlsx").stream, "unified-list-2025.xlsx")}
    answer = app.post("/api/3/action/civic_edition_import", data=upload, headers=_token("keeper"))
    found = answer.json["result"]
    assert (found["added"], found["errors"], found["written"]) == (148, [], False)
    written = _call(app, "civic_edition_import", "keeper", id="2025", staged=found["staged"], dry_run=False)
    assert (written["written"], written["revision"]) == (True, 1)


def test_an_edition_is_exported_as_base64(app):
    draft()
    row("2025")
    make_law("2025", clock.today().isoformat())
    answer = app.get("/api/3/action/civic_edition_export?id=2025&format=csv").json["result"]
    assert (answer["filename"], answer["format"]) == ("unified-list-2025.csv", "csv")
    assert "Школы 1" in b64decode(answer["content"]).decode("utf-8-sig")


def test_everybody_reads_the_list_by_get(app):
    draft()
    code = row("2025", owner="mio")["code"]
    make_law("2025", clock.today().isoformat())
    found = app.get("/api/3/action/civic_item_search?q=школы&limit=1").json["result"]
    assert [one["code"] for one in found["results"]] == [code]
    shown = app.get(f"/api/3/action/civic_item_show?code={code}").json["result"]
    assert len(shown["duties"]) == 20
    assert app.get("/api/3/action/civic_edition_show?in_force_on=2024-01-01", status=404).json["success"] is False


def test_nothing_is_changed_by_get(app):
    draft()
    row("2025")
    answer = app.get("/api/3/action/civic_edition_submit?id=2025", headers=_token("keeper"))
    assert answer.status_code == 400
    assert act("keeper", "civic_edition_show", id="2025")["state"] == "draft"


def test_a_refusal_speaks_and_a_stranger_learns_nothing(app):
    draft()
    error = _call(app, "civic_edition_approve", "approver", 409, id="2025")
    assert error["state"] == ["The state of the edition does not allow this step: Draft."]
    assert _call(app, "civic_edition_show", "citizen", 404, id="2025")["__type"] == "Not Found Error"
    assert _call(app, "civic_edition_submit", "citizen", 403, id="2025")["__type"] == "Authorization Error"

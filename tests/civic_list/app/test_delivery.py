"""From the uploaded file to the state of the duty, on the real services."""
from __future__ import annotations

import contextlib
import io
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from civic_list.delivering import (
    FIRST,
    SECOND,
    duty_id,
    evidence,
    look,
    obligations,
    pass_time,
    publish,
    put,
    states,
)
from civic_list.listing import begin_list, on
from civic_list.portal import HEALTH, act, events
from ckan.exceptions import CkanConfigurationException
from openpyxl import Workbook

from ckanext.civic_core import clock, vocabulary
from ckanext.civic_list.delivery import looking
from ckanext.civic_list.model import Evidence


@pytest.fixture
def duty(office: None) -> Iterator[str]:
    """A monthly duty of the ministry, in force since 20 January 2025."""
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    yield f"{code}@{HEALTH}"


def test_an_uploaded_file_fulfils_the_first_release(duty: str) -> None:
    with on("2025-02-03"):
        pass_time()
        id_ = duty_id(duty)
        assert states(id_)[0] == ("2025-02-03", "not_started")
        publish(duty)
        put("schools", FIRST)
        assert evidence() == [("upload", "", 1)]
        assert obligations(id_)["first"] == "fulfilled"
        assert "release.recorded" in [event["type"] for event in events(stream="dataset")]


# -- what does not count ---------------------------------------------------------------------------------


def reasons() -> list[str]:
    """Why each change does not count, in order; «v2» where it is of a release."""
    return [reason or f"v{release}" for _, reason, release in evidence()]


def xlsx(*rows: tuple[str, ...]) -> bytes:
    """A workbook, made anew: other bytes each time."""
    book = Workbook()
    book.properties.title = str(random.random())
    for cells in rows:
        book.active.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


ROWS = (("period", "region", "count"), ("2025-01", "Akmola", "1"), ("2025-01", "Abai", "2"))


@pytest.mark.parametrize(
    ("again", "more", "why"),
    [
        (FIRST, {}, "same_bytes"),
        (FIRST, {"filename": "another-name.csv"}, "same_bytes"),
        (b"period;region;count\n2025-01;Abai;2\n2025-01;Akmola;1\n", {}, "same_content"),
        (b"period;region;count\r\n2025-01; Akmola ;1\r\n2025-01;Abai;2\r\n\r\n", {}, "same_content"),
        (b"count;period;region\n1;2025-01;Akmola\n2;2025-01;Abai\n", {}, "same_content"),
        (b"period;region;count;generated_at\n2025-01;Akmola;1;10:15\n2025-01;Abai;2;10:15\n", {}, "same_content"),
        (xlsx(*ROWS), {"format": "XLSX", "filename": "data.xlsx"}, "same_content"),
        (b"period;region;count\n", {}, "empty"),
        (b"PK\x03\x04 broken", {"format": "XLSX", "filename": "data.xlsx"}, "cannot_be_read"),
    ],
    ids=["same", "renamed", "reordered", "white-space", "columns", "generated-at", "as-xlsx", "empty", "broken"],
)
def test_what_is_no_new_data_does_not_count_and_says_why(duty: str, again: bytes, more: dict, why: str) -> None:
    with on("2025-02-03"):
        publish(duty)
        put("schools", FIRST)
    with on("2025-03-05"):
        put("schools", again, **more)
        assert reasons() == ["v1", why]
        assert obligations(duty_id(duty))["2025-03"] == "open"
        not_counted = events(type="evidence.not_counted")
        assert [event["public"]["reason"] for event in not_counted] == [why]


def test_the_content_of_any_earlier_release_never_counts_again(duty: str) -> None:
    with on("2025-02-03"):
        publish(duty)
        put("schools", FIRST)
    with on("2025-03-05"):
        put("schools", SECOND)
    with on("2025-04-07"):
        put("schools", FIRST)
        assert reasons() == ["v1", "v2", "same_content"]
        assert evidence_params() == {"day": "2025-02-03", "number": 1}


def evidence_params() -> dict[str, object]:
    row = model.Session.scalars(sa.select(Evidence).order_by(Evidence.id.desc())).first()
    return {name: row.params[name] for name in ("day", "number")}


def test_a_file_or_dataset_made_anew_is_the_same_data(duty: str) -> None:
    with on("2025-02-03"):
        publish(duty)
        put("schools", FIRST)
        resource = act("health_editor", "package_show", id="schools")["resources"][0]
    with on("2025-03-05"):
        act("health_editor", "resource_delete", id=resource["id"])
        put("schools", FIRST)
        assert reasons() == ["v1", "removed", "same_bytes"]
        act("health_editor", "package_delete", id="schools")
        publish(duty, name="schools-anew")
        put("schools-anew", FIRST)
        assert reasons()[-1] == "same_content"
        assert obligations(duty_id(duty))["2025-03"] == "open"


def test_metadata_alone_are_one_row_a_day(duty: str) -> None:
    with on("2025-02-03"):
        publish(duty)
        put("schools", FIRST)
        for title in ("Школы 1", "Школы 2", "Школы 3"):
            act("health_editor", "package_patch", id="schools", title_translated={"ru": title, "kk": "Мектептер"})
    assert reasons() == ["v1", "metadata_only"]
    row = model.Session.scalars(sa.select(Evidence).where(Evidence.reason == "metadata_only")).one()
    assert row.times == 3
    assert len(events(type="evidence.not_counted")) == 1


def test_one_changed_cell_counts_and_too_soon_it_is_a_correction(duty: str) -> None:
    changed = FIRST.replace(b";2\n", b";20\n")
    with on("2025-02-03"):
        publish(duty)
        put("schools", FIRST)
    with on("2025-02-05"):
        put("schools", changed)
        assert reasons() == ["v1", "v2"]
        told = [event["type"] for event in events(stream="dataset") if event["type"].startswith("release")]
        assert told == ["release.recorded", "release.corrected"]
    with on("2025-03-05"):
        put("schools", SECOND)
        assert reasons()[-1] == "v3"
        owed = obligations(duty_id(duty))
        assert [key for key, state in owed.items() if state.startswith("fulfilled")] == ["first", "2025-03"]


def test_nothing_counts_before_the_dataset_is_public(duty: str) -> None:
    with on("2025-02-03"):
        publish(duty, private=True)
        put("schools", FIRST)
        assert reasons() == ["not_public"]
        act("health_editor", "package_patch", id="schools", private=False)
        look("schools")
        assert reasons() == ["not_public", "v1"]
        assert obligations(duty_id(duty))["first"] == "fulfilled"


def test_the_maker_names_the_period_or_says_that_he_corrects(duty: str) -> None:
    with on("2025-02-03"):
        publish(duty)
        put("schools", FIRST)
    with on("2025-04-04"):
        put("schools", SECOND, for_period="2025-04")
        owed = obligations(duty_id(duty))
        assert (owed["2025-03"], owed["2025-04"]) == ("open", "fulfilled")
        assert "for_period" not in act("citizen", "package_show", id="schools")["resources"][0]
    with on("2025-05-20"):
        put("schools", FIRST.replace(b"Abai", b"Almaty"), correction=True)
        assert obligations(duty_id(duty))["2025-05"] == "open"


# -- a silent duty, and the clockwork --------------------------------------------------------------------


def test_a_duty_that_nobody_keeps_turns_on_its_days_and_each_turn_is_told_once(duty: str) -> None:
    with on("2025-02-03"):
        publish(duty)
        put("schools", FIRST)
        id_ = duty_id(duty)
    with on("2025-06-02"):
        pass_time()
        pass_time()
    turned = [
        (day_of(event), event["public"]["before"], event["public"]["after"])
        for event in events(type="duty.state_changed", stream_id=id_)
    ]
    assert turned == [
        ("2025-02-03", None, "fresh"), ("2025-03-19", "fresh", "due"), ("2025-04-01", "due", "overdue"),
        ("2025-04-15", "overdue", "delinquent"),
    ]
    missed = [event["public"]["key"] for event in events(type="obligation.missed", stream_id=id_)]
    assert missed == sorted(set(missed))
    assert obligations(id_)[missed[0]] == "missed"
    steps = [event["public"]["step"] for event in events(type="reminder.due", stream_id=id_)]
    assert steps[:5] == ["before", "on", "after", "half_grace", "missed"]


def day_of(event: dict) -> str:
    """The day of the portal's zone on which it became true."""
    return clock.day_of(datetime.fromisoformat(event["at"])).isoformat()


def test_the_tick_may_die_at_any_line(duty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before each commit in turn, then run to its end: as if it had never been killed."""
    with on("2025-02-03"):
        publish(duty)
        put("schools", FIRST)
        id_ = duty_id(duty)
    with on("2025-06-02"):
        for line in range(1, 12):
            with monkeypatch.context() as patch, contextlib.suppress(Killed):
                patch.setattr(model.Session, "commit", dying(line))
                pass_time()
            model.Session.rollback()
        pass_time()
        types = Counter(
            (event["type"], event["public"].get("key"), event["public"].get("step"), event["public"].get("after"),
             event["at"])
            for event in events(stream="duty", stream_id=id_)
        )
    assert set(types.values()) == {1}
    assert {key for kind, key, *_ in types if kind == "obligation.missed"} >= {"2025-03", "2025-04"}


class Killed(BaseException):
    pass


def dying(line: int) -> Callable[[], None]:
    """A commit that kills the process instead of committing the ``line``-th time."""
    real, count = model.Session.commit, itertools.count(1)

    def commit() -> None:
        if next(count) == line:
            raise Killed
        real()

    return commit


def test_a_vocabulary_that_contradicts_itself_stops_the_start(
    portal: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = files("ckanext.civic_schemas").joinpath("vocab", "periods.yaml").read_text(encoding="utf-8")
    (tmp_path / "periods.yaml").write_text(shipped.replace("min_gap: 21", "min_gap: 89"), encoding="utf-8")
    monkeypatch.setitem(tk.config, "ckanext.civic_core.vocabularies.folder", str(tmp_path))
    vocabulary.reload()
    try:
        with pytest.raises(CkanConfigurationException, match="QUARTERLY"):
            p.get_plugin("civic_list").configure(tk.config)
    finally:
        monkeypatch.undo()
        vocabulary.reload()
    p.get_plugin("civic_list").configure(tk.config)


def test_a_file_that_no_worker_survives_is_given_up_and_says_so(duty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise Killed

    with on("2025-02-03"):
        publish(duty)
        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(looking, "look", dies)
            put("schools", FIRST)
    for day in range(4, 8):
        with on(f"2025-02-0{day}"), monkeypatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(looking, "look", dies)
            look("schools")
    with on("2025-02-10"):
        assert evidence() == []
        look("schools")
        assert reasons() == ["cannot_be_read"]

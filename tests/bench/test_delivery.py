"""Delivery at the size of a country: 100,000 duties, 100,000 datasets, 3,000,000 obligations.

A few duties of each period are settled for real, for an honest, a late and a silent agency; the others are copies of
them. So every row is one that the portal itself would write.
"""
from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.bench

ROWS, BODIES, OBLIGATIONS = 5_000, 20, 30
#: how long ago the duties of a period began, so that each has about 30 obligations
BEGAN = {"DAILY": 40, "WEEKLY": 205, "MONTHLY": 900, "QUARTERLY": 2_700, "HALF_YEAR": 5_400, "YEARLY": 10_900}
#: days after each window opens on which data come: in time, in grace, never after the first
MANNERS = ("honest", "late", "silent")
TODAY = date(2026, 3, 2)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def country(portal: Any) -> Iterator[Any]:
    import ckan.model as model
    import sqlalchemy as sa
    from database import empty

    empty()
    model.repo.init_db()
    session = model.Session()
    values = {"rows": ROWS, "bodies": BODIES, "today": TODAY}
    for statement in _LOAD.split(";"):
        session.execute(sa.text(statement), values)
    for period, days in BEGAN.items():
        session.execute(sa.text("update civic_list_duty_term set since = :since where period = :period"),
                        {"since": TODAY - timedelta(days=days), "period": period})
    session.commit()
    _settle_models(session)
    for statement in _COPY.split(";"):
        session.execute(sa.text(statement), values)
    session.commit()
    with model.ensure_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze"))
    for table in ("civic_list_duty", "civic_list_dataset", "civic_list_obligation", "civic_list_standing",
                  "civic_list_release", "civic_list_tally"):
        print(f"{table:24} {session.scalar(sa.text(f'select count(*) from {table}')):>10,} rows")
    yield
    empty()


def _settle_models(session: Any) -> None:
    """Duties number 1 to 18: each period in each manner, settled by the portal's own rules on the eve."""
    import sqlalchemy as sa

    from ckanext.civic_core import clock
    from ckanext.civic_list.delivery import settling, ticking

    rows = session.execute(sa.text(_MODELS)).all()
    for _duty, dataset, period, manner in rows:
        for number, day in enumerate(_releases(period, manner), 1):
            session.execute(sa.text(_RELEASE), {"dataset": dataset, "number": number, "at": noon(day), "day": day,
                                                "content": f"{dataset}-{number}"})
    session.commit()
    for back in (*range(540, 40, -20), *range(40, 0, -1)):
        with clock.stopped_at(noon(TODAY - timedelta(days=back))):
            settling.settle(session, [row.id for row in rows])
            session.commit()
            ticking.recall(session)
    session.execute(sa.text("update civic_list_standing set announced_at = now() where since < :today"),
                    {"today": TODAY})
    session.commit()


def _releases(period: str, manner: str) -> list[date]:
    from ckanext.civic_core import calendar
    from ckanext.civic_list.delivery import rules
    from ckanext.civic_list.domain.items import Schedule
    from ckanext.civic_list.domain.windows import windows

    known = windows(rules.periods()[period], Schedule("within"), calendar.current())
    began, found = TODAY - timedelta(days=BEGAN[period]), []
    for window in known.ending_from(began):
        if window.opens >= TODAY:
            break
        found.append(window.opens if manner != "late" else window.missed)
    days = sorted({day for day in found if began <= day < TODAY})
    return days[:1] if manner == "silent" else days


_LOAD = """
insert into civic_list_agency (id, name, title, short_title, body_group)
select 'a' || n, 'body-' || lpad(n::text, 2, '0'), jsonb_build_object('en', 'Body ' || n, 'ru', 'Орган ' || n), '{}',
       case when n % 3 = 0 then 'CGO' else 'MIO' end
from generate_series(1, cast(:bodies as int)) n;
insert into civic_list_edition (id, number, title, act_number, act_date, registration_number, act_url, effective_from,
    state, revision, made_by, made_at, approved_by, approved_at, reason, revoked_act, source_name, source_sha256,
    annex_sha256)
select 'big', '2025', '{}', '1', date '1990-01-01', '', '', date '1990-02-01', 'approved', 1, 'x',
       timestamptz '1990-01-01Z', 'y', timestamptz '1990-01-01Z', '', '', '', '', '';
insert into civic_list_item (id, code)
select 'i' || n, 'ALL-' || lpad(n::text, 5, '0') from generate_series(1, cast(:rows as int)) n;
insert into civic_list_owner_group (id, name, title, spellings) values ('all', 'all', '{}', '{}');
insert into civic_list_item_version (id, edition_id, item_id, number, theme, title, title_key, search, composition,
                                     owner_group_id, category, period, schedule_kind, note)
select 'v' || n, 'big', 'i' || n, n, '{}',
       jsonb_build_object('kk', 'Дәріханалар тізбесі ' || n, 'ru', 'Перечень аптек района ' || n, 'en', 'Shops ' || n),
       'перечень аптек района ' || n, 'дәріханалар тізбесі ' || n || ' перечень аптек района ' || n || ' all-' || n,
       '{}', 'all', 'cat-' || (n % 12),
       (array['DAILY','WEEKLY','MONTHLY','QUARTERLY','HALF_YEAR','YEARLY'])[1 + n % 6], 'within', ''
from generate_series(1, cast(:rows as int)) n;
insert into civic_list_duty (id, item_id, agency_id, responsible_unit, note)
select 'd' || n || '-' || a, 'i' || n, 'a' || a, '{}', ''
from generate_series(1, cast(:rows as int)) n, generate_series(1, cast(:bodies as int)) a;
insert into civic_list_duty_term (id, duty_id, edition_id, version_id, agency_id, number, category, period, since,
                                  recorded_at)
select 't' || n || '-' || a, 'd' || n || '-' || a, 'big', 'v' || n, 'a' || a, n, 'cat-' || (n % 12),
       (array['DAILY','WEEKLY','MONTHLY','QUARTERLY','HALF_YEAR','YEARLY'])[1 + n % 6], date '1995-01-01',
       timestamptz '1995-01-01Z'
from generate_series(1, cast(:rows as int)) n, generate_series(1, cast(:bodies as int)) a;
insert into package (id, name, title, type, state, private, owner_org, metadata_created, metadata_modified, extras)
select 'p' || substr(d.id, 2), 'set-' || d.id, 'Set', 'dataset', 'active', false, d.agency_id, now(), now(), '{}'
from civic_list_duty d;
insert into civic_list_link (id, duty_id, dataset_id, dataset_title, role, state, public, since, made_by, made_at,
                             reason)
select 'l' || d.id, d.id, 'p' || substr(d.id, 2), '{}', 'main', 'confirmed', true, date '1990-01-01', 'x', now(), ''
from civic_list_duty d;
insert into civic_list_link_spell (id, link_id, duty_id, dataset_id, since)
select 's' || l.id, l.id, l.duty_id, l.dataset_id, l.since from civic_list_link l;
insert into civic_list_dataset (dataset_id, agency_id, category, period, public, opened, columns, since, settle_on)
select 'p' || substr(d.id, 2), d.agency_id, 'cat-1', 'MONTHLY', true, true, '{}', date '1990-01-01', date '9999-01-01'
from civic_list_duty d
"""
#: the first three rows of each period, of body 1: honest, late, silent
_MODELS = """
select d.id, 'p' || substr(d.id, 2) as dataset, t.period,
       (array['honest','late','silent'])[1 + (t.number - 1) / 6] as manner
from civic_list_duty d join civic_list_duty_term t on t.duty_id = d.id
where t.agency_id = 'a1' and t.number <= 18 order by d.id
"""
_RELEASE = """
insert into civic_list_release (dataset_id, number, at, day, by, contents, ways, for_period, correction)
values (:dataset, :number, :at, :day, '', array[cast(:content as text)], '{upload}', '', false)
"""
#: every duty is a copy of the model of its period: two thirds are honest
_COPY = """
create temporary table copies as
select d.id, d.agency_id, 'cat-' || (t.number % 12) as category, t.number, m.id as model
from civic_list_duty d join civic_list_duty_term t on t.duty_id = d.id
join (
    select d.id, t.period, (t.number - 1) / 6 as manner from civic_list_duty d
    join civic_list_duty_term t on t.duty_id = d.id where t.agency_id = 'a1' and t.number <= 18
) m on m.period = t.period and m.manner = (array[0,0,0,0,1,2])[1 + (t.number / 6) % 6]
where not (t.agency_id = 'a1' and t.number <= 18);
insert into civic_list_obligation (duty_id, agency_id, category, key, terms_since, kind, period, starts, ends, opens,
    warn, due, missed, state, settled_on, ground, done, parts, remind_on, reminded)
select c.id, c.agency_id, c.category, o.key, o.terms_since, o.kind, o.period, o.starts, o.ends, o.opens, o.warn, o.due,
       o.missed, o.state, o.settled_on, o.ground, o.done, o.parts, o.remind_on, o.reminded
from copies c join civic_list_obligation o on o.duty_id = c.model;
insert into civic_list_standing (kind, subject_id, agency_id, category, since, until, code, before, reason, params,
    next_due, published, covered, turn, announced_at)
select s.kind, case when s.kind = 'duty' then c.id else 'p' || substr(c.id, 2) end, c.agency_id, c.category, s.since,
       s.until, s.code, s.before, s.reason, s.params, s.next_due, s.published, s.covered, s.turn, s.announced_at
from copies c
join civic_list_standing s on s.subject_id in (c.model, 'p' || substr(c.model, 2));
insert into civic_list_release (dataset_id, number, at, day, by, contents, ways, for_period, correction)
select 'p' || substr(c.id, 2), r.number, r.at, r.day, r.by, array[c.id || r.number], r.ways, '', false
from copies c join civic_list_release r on r.dataset_id = 'p' || substr(c.model, 2)
where r.day > cast(:today as date) - 400;
update civic_list_duty d set run_since = m.run_since, run_published = m.run_published,
    settle_on = m.settle_on + (hashtext(d.id) % 30)
from copies c join civic_list_duty m on m.id = c.model where d.id = c.id;
update civic_list_dataset set settle_on = cast(:today as date) + 45 + abs(hashtext(dataset_id)) % 90
"""


def test_tick_over_all(country: Any, statements: Any) -> None:
    """A Monday that is the first working day of a month; then the same day again; then the day after."""
    import ckan.model as model

    from ckanext.civic_core import clock
    from ckanext.civic_list.delivery import ticking

    for name, day in (("a new month", TODAY), ("again", TODAY), ("a usual day", TODAY + timedelta(days=1))):
        model.Session.remove()
        statements.clear()
        with clock.stopped_at(noon(day)):
            began = time.perf_counter()
            done = [one for one in ticking.tick(model.Session()) if one[0]]
            took = time.perf_counter() - began
        print(f"tick, {name:12} {took:6.1f} s  {len(statements)} statements  {done}")
        assert took <= 15


ANSWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "duties, first page": ("civic_duty_search", {}),
    "duties, overdue by due day": ("civic_duty_search", {"state": "overdue", "sort": "due"}),
    "duties, delinquent, past day": ("civic_duty_search", {"state": "delinquent", "as_of": "2025-12-15"}),
    "duties of one body": ("civic_duty_search", {"agency": "body-07", "sort": "due"}),
    "figures, now": ("civic_compliance_show", {}),
    "figures, a kept day": ("civic_compliance_show", {"as_of": "2026-03-01"}),
    "figures, another past day": ("civic_compliance_show", {"as_of": "2025-12-15"}),
    "figures of one body": ("civic_compliance_show", {"agency": "body-07"}),
    "figures of a group": ("civic_compliance_show", {"group": "MIO"}),
    "figures with rows": ("civic_compliance_show", {"rows": "listed"}),
    "figures by month": ("civic_compliance_show", {"over": "month"}),
    "obligations of one body": ("civic_obligation_list", {"agency": "body-07", "state": "missed"}),
}
PAGES = (
    "/en/list", "/en/list?state=overdue&sort=due", "/en/list/agency/body-07", "/en/list/missing", "/en/list/figures",
    "/en/list/figures?as_of=2025-12-15", "/en/list.rss",
)
#: a calendar of a thousand days takes as long to be written as it is long
CALENDAR, MOST_FOR_CALENDAR = "/en/list/calendar.ics?agency=body-07", 600
REPEATS = 20


def _measured(name: str, statements: Any, ask: Any, most: int = 300) -> None:
    import ckan.model as model

    from ckanext.civic_core import clock

    times: list[float] = []
    with clock.stopped_at(noon(TODAY + timedelta(days=1))):
        for _ in range(REPEATS):
            model.Session.remove()
            statements.clear()
            began = time.perf_counter()
            ask()
            times.append((time.perf_counter() - began) * 1000)
            sent = len(statements)
    times = sorted(times[1:])
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"{name:40} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  {sent} statements")
    assert p95 <= most


@pytest.mark.parametrize("name", ANSWERS)
def test_answers(country: Any, statements: Any, name: str) -> None:
    import ckan.plugins.toolkit as tk

    action, given = ANSWERS[name]
    _measured(name, statements, lambda: tk.get_action(action)({"user": ""}, {**given}))


@pytest.mark.parametrize("path", [*PAGES, CALENDAR])
def test_pages(country: Any, statements: Any, app: Any, path: str) -> None:
    most = MOST_FOR_CALENDAR if path == CALENDAR else 300
    _measured(path, statements, lambda: app.get(path, status=200), most)

"""The list at the size of a country: 100,000 duties (5,000 rows x 20 agencies), 20,000 of them with data."""
from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

pytestmark = pytest.mark.bench

ROWS, BODIES, DATASETS = 5_000, 20, 20_000
REPEATS = 40
QUERIES: dict[str, dict[str, Any]] = {
    "first page": {},
    "page 100": {"offset": 2_000},
    "last page": {"offset": 99_980},
    "by title": {"sort": "title"},
    "by agency": {"sort": "agency"},
    "words": {"q": "аптек 77"},
    "one agency": {"agency": "body-07"},
    "category and period": {"category": "cat-2", "period": "MONTHLY"},
    "group": {"group": "MIO"},
    "with data": {"has_data": True},
    "without data, by agency": {"has_data": False, "sort": "agency"},
    "a past day": {"as_of": "2025-06-01"},
    "one state": {"state": "delinquent"},
    "one state, with data": {"state": "fresh", "has_data": True},
    "by due day": {"sort": "due"},
    "one state, by due day": {"state": "overdue", "sort": "due", "as_of": "2025-06-01"},
}


@pytest.fixture(scope="module")
def country(portal: Any) -> Iterator[Any]:
    import ckan.model as model
    import sqlalchemy as sa
    from database import empty

    from ckanext.civic_list import terms
    from ckanext.civic_list.model import Edition

    empty()
    model.repo.init_db()
    session = model.Session()
    for statement in _LOAD.split(";"):
        session.execute(sa.text(statement), {"rows": ROWS, "bodies": BODIES})
    approved = datetime(2025, 1, 20, tzinfo=UTC)
    edition = Edition(
        id="big", number="2025", title={}, state="approved", act_number="1", act_date=date(2025, 1, 20),
        effective_from=date(2025, 2, 1), made_by="x", made_at=approved, approved_by="y", approved_at=approved,
    )
    session.add(edition)
    session.flush()
    session.execute(sa.text(_VERSIONS), {"rows": ROWS})
    began = time.perf_counter()
    terms.enact(session, edition, approved)
    took = time.perf_counter() - began
    print(f"\nterms of {ROWS * BODIES} duties written in {took:.1f} s")
    assert took < 60
    for statement in (_LINKS + ";" + _STATES).split(";"):
        session.execute(sa.text(statement), {"datasets": DATASETS})
    session.commit()
    with model.ensure_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze"))
    yield
    empty()


_LOAD = """
insert into civic_list_agency (id, name, title, short_title, body_group)
select 'a' || n, 'body-' || lpad(n::text, 2, '0'), jsonb_build_object('en', 'Body ' || n, 'ru', 'Орган ' || n), '{}',
       case when n % 3 = 0 then 'CGO' else 'MIO' end
from generate_series(1, cast(:bodies as int)) n;
insert into civic_list_owner_group (id, name, title, spellings) values ('all', 'all', '{}', '{}');
insert into civic_list_owner_group_member (id, group_id, agency_id, since)
select 'm' || n, 'all', 'a' || n, '2020-01-01' from generate_series(1, cast(:bodies as int)) n;
insert into civic_list_item (id, code)
select 'i' || n, 'ALL-' || lpad(n::text, 5, '0') from generate_series(1, cast(:rows as int)) n
"""
_VERSIONS = """
insert into civic_list_item_version (id, edition_id, item_id, number, theme, title, title_key, search, composition,
                                     owner_group_id, category, period, note)
select 'v' || n, 'big', 'i' || n, n, '{}',
       jsonb_build_object('kk', 'Дәріханалар тізбесі ' || n, 'ru', 'Перечень аптек района ' || n, 'en', 'Shops ' || n),
       'перечень аптек района ' || n, 'дәріханалар тізбесі ' || n || ' перечень аптек района ' || n || ' all-' || n,
       '{}', 'all', 'cat-' || (n % 12),
       (array['DAILY','WEEKLY','MONTHLY','QUARTERLY','HALF_YEAR','YEARLY'])[1 + n % 6], ''
from generate_series(1, cast(:rows as int)) n
"""
_LINKS = """
insert into package (id, name, title, type, state, private, metadata_created, metadata_modified, extras)
select 'p' || n, 'set-' || n, 'Set ' || n, 'dataset', 'active', n % 10 = 0, now(), now(),
       jsonb_build_object('title_translated', '{"ru": "Набор"}')
from generate_series(1, cast(:datasets as int)) n;
insert into civic_list_link (id, duty_id, dataset_id, dataset_title, role, state, public, since, made_by, made_at,
                             reason)
select 'l' || n, id, 'p' || n, '{}', 'main', 'confirmed', n % 10 <> 0, '2025-02-01', 'x', now(), ''
from (select id, row_number() over (order by md5(id)) n from civic_list_duty) d where n <= cast(:datasets as int)
"""

#: five stretches of each duty and public dataset, a year apart, so that most rows hold on other days than is asked for
_STATES = """
insert into civic_list_standing (kind, subject_id, agency_id, category, since, until, code, reason, params, next_due,
                                 published, covered, turn)
select kind, id, agency_id, category, began + 365 * n, case when n < 3 then began + 365 * (n + 1) end,
       (array['fresh','due','overdue','delinquent','missing'])[1 + (part + n) % 5], 'missed',
       '{"key": "2025-01", "missed": "2025-03-01"}', began + 365 * (n + 1), (part + n) % 5 < 4, part % 7 = 0, true
from (
    select 'duty' as kind, t.duty_id as id, t.agency_id, t.category, date '2024-01-01' + t.number % 400 as began,
           t.number as part
    from civic_list_duty_term t
    union all
    select 'dataset', l.dataset_id, d.agency_id, 'cat-1', date '2024-01-01' + hashtext(d.id) % 200, abs(hashtext(d.id))
    from civic_list_link l join civic_list_duty d on d.id = l.duty_id where l.public
) subjects, generate_series(-1, 3) n
"""


@pytest.mark.parametrize("name", QUERIES)
def test_twenty_of_a_hundred_thousand_duties(country, statements, name):
    import ckan.model as model
    import ckan.plugins.toolkit as tk

    times = []
    for _ in range(REPEATS):
        model.Session.remove()
        statements.clear()
        began = time.perf_counter()
        answer = tk.get_action("civic_duty_search")({"user": ""}, {**QUERIES[name]})
        times.append((time.perf_counter() - began) * 1000)
        sent = len(statements)
    times.sort()
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"{name:26} {answer['count']:>7} found  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  {sent} statements")
    assert sent <= 12
    assert p95 <= 300
    assert answer["results"]


FIGURES: dict[str, dict[str, Any]] = {
    "of the portal": {}, "of an agency": {"agency": "body-07"}, "of a group": {"group": "MIO"},
    "of a past day": {"as_of": "2025-06-01"}, "with rows": {"rows": "published"},
    "with late rows": {"rows": "listed", "offset": 99_980}, "with datasets": {"rows": "all"},
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_figures_of_a_hundred_thousand_duties(country, statements, name):
    import ckan.model as model
    import ckan.plugins.toolkit as tk

    times = []
    for _ in range(REPEATS):
        model.Session.remove()
        statements.clear()
        began = time.perf_counter()
        answer = tk.get_action("civic_compliance_show")({"user": ""}, {**FIGURES[name]})
        times.append((time.perf_counter() - began) * 1000)
        sent = len(statements)
    times.sort()
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"figures {name:18} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  {sent} statements")
    assert sent <= 8
    assert p95 <= 500
    assert answer["counters"]["listed"]

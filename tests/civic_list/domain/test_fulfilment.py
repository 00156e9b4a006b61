from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owed import AFTER, DAY, WITHIN, day, duty, noon, release, settled, states

from ckanext.civic_list.domain.fulfilment import Link, Review
from ckanext.civic_list.domain.obligations import Duty, Excuse, Suspension, Terms, owed
from ckanext.civic_list.domain.releases import Release
from ckanext.civic_list.domain.windows import Windows

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
STEPS = ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "HALF_YEAR", "YEARLY")


def review(on: str, **facts) -> Review:
    return Review(noon(day(on)), day(on), **facts)


def outcomes(settlement) -> list[str]:
    return [use.outcome for use in settlement.uses]


def kinds(settlement) -> list[str]:
    """The states of what was owed and whose last day of grace is over."""
    return [one.state for one in settlement.obligations if one.state not in ("ahead", "open")]


# -- honest agencies -------------------------------------------------------------------------------------


def each_day(step: timedelta = DAY) -> list[date]:
    return [FIRST + n * step for n in range((LAST - FIRST) // step + 1)]


def days_of_work(kz) -> list[date]:
    return [on for on in each_day() if kz.is_working(on)]


def mondays(kz) -> list[date]:
    return each_day(timedelta(days=7))


def third_days(kz) -> list[date]:
    return [on for on in each_day() if on.day == 3 and on.month in (1, 4, 7, 10) and on > date(2024, 1, 31)]


def twenty_seventh_of_january(kz) -> list[date]:
    return [on for on in each_day() if (on.day, on.month) == (27, 1)]


def tenth_days(kz) -> list[date]:
    return [on for on in each_day() if on.day == 10]


RHYTHMS = [
    ("DAILY", WITHIN, days_of_work),
    ("DAILY", AFTER, days_of_work),
    ("WEEKLY", WITHIN, mondays),
    ("WEEKLY", AFTER, mondays),
    ("MONTHLY", WITHIN, tenth_days),
    ("MONTHLY", AFTER, tenth_days),
    ("QUARTERLY", WITHIN, lambda kz: [FIRST + 2 * DAY, *third_days(kz)]),
    ("QUARTERLY", AFTER, third_days),
    ("YEARLY", WITHIN, twenty_seventh_of_january),
    ("YEARLY", AFTER, twenty_seventh_of_january),
]
IDS = [f"{code}-{schedule.kind}" for code, schedule, _ in RHYTHMS]


@pytest.mark.parametrize(("code", "schedule", "rhythm"), RHYTHMS, ids=IDS)
def test_honest_agencies_are_all_on_time(kz, periods, code, schedule, rhythm):
    found = settled(duty(periods[code], schedule), [release(on) for on in rhythm(kz)], LAST, kz)
    assert set(kinds(found)) == {"fulfilled"}
    assert len(kinds(found)) >= {"DAILY": 730, "WEEKLY": 155, "MONTHLY": 34, "QUARTERLY": 10, "YEARLY": 2}[code]


@pytest.mark.parametrize(("code", "schedule", "rhythm"), RHYTHMS[2:4] + RHYTHMS[5:6] + RHYTHMS[7:8] + RHYTHMS[9:])
def test_late_once_is_late_once(kz, periods, code, schedule, rhythm):
    """One release comes on the last day of grace, the others as ever."""
    acts = rhythm(kz)
    number = len(acts) // 2
    used = settled(duty(periods[code], schedule), [release(on) for on in acts], LAST, kz).uses[number]
    on_time = Windows(periods[code], schedule, kz).of(_held(used.obligation[0]))
    acts[number] = on_time.missed
    came = [release(on, for_period=_named(on, on_time)) for on in acts]
    found = settled(duty(periods[code], schedule), came, LAST, kz)
    assert kinds(found).count("fulfilled_late") == 1
    assert set(kinds(found)) == {"fulfilled", "fulfilled_late"}


def _held(key: str) -> date:
    if "W" in key:
        year, week = key.split("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    if "Q" in key:
        year, quarter = key.split("-Q")
        return date(int(year), int(quarter) * 3, 1)
    return date.fromisoformat(f"{key}-01-01"[:10])


def _named(on: date, window) -> str:
    return window.key if on == window.missed else ""


@pytest.mark.parametrize(("code", "schedule", "rhythm"), RHYTHMS[:4], ids=IDS[:4])
def test_one_day_or_week_left_out_is_missed_once(kz, periods, code, schedule, rhythm):
    acts = rhythm(kz)
    del acts[len(acts) // 2]
    found = settled(duty(periods[code], schedule), [release(on) for on in acts], LAST, kz)
    assert kinds(found).count("missed") == 1
    assert set(kinds(found)) == {"fulfilled", "missed"}


# -- which period ----------------------------------------------------------------------------------------


def test_without_a_name_the_oldest_open_period_is_meant(kz, periods):
    found = settled(duty(periods["MONTHLY"], WITHIN, "01.08.2025"), [release("02.10.2025")], "15.10.2025", kz)
    assert states(found) == {"2025-08": "missed", "2025-09": "fulfilled_late", "2025-10": "open"}


def test_for_daily_and_weekly_data_the_newest(kz, periods):
    found = settled(duty(periods["WEEKLY"], WITHIN, "01.10.2025"), [release("14.10.2025")], "14.10.2025", kz)
    assert states(found) == {"2025-W40": "missed", "2025-W41": "open", "2025-W42": "fulfilled"}


def test_a_named_period_is_taken_if_it_is_open(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "01.09.2025")
    named = settled(owing, [release("02.10.2025", for_period="2025-10")], "02.10.2025", kz)
    assert states(named) == {"2025-09": "open", "2025-10": "fulfilled"}
    closed = settled(owing, [release("02.10.2025", for_period="2025-07")], "02.10.2025", kz)
    assert states(closed) == {"2025-09": "fulfilled_late", "2025-10": "open"}


def test_the_last_days_that_count(kz, periods):
    owing = duty(periods["QUARTERLY"], AFTER, "01.07.2025")

    def state(on: str) -> str:
        return states(settled(owing, [release(on)], "12.11.2025", kz))["2025-Q3"]

    days = ("30.09.2025", "01.10.2025", "20.10.2025", "21.10.2025", "11.11.2025", "12.11.2025")
    assert [state(on) for on in days] == [
        "missed", "fulfilled", "fulfilled", "fulfilled_late", "fulfilled_late", "missed",
    ]


# -- corrections and gaming ------------------------------------------------------------------------------


def test_a_typo_corrected_next_day_buys_nothing(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "01.08.2025")
    found = settled(owing, [release("29.08.2025"), release("01.09.2025")], "15.09.2025", kz)
    assert outcomes(found) == ["fulfils", "correction"]
    assert states(found) == {"2025-08": "fulfilled", "2025-09": "open"}


def test_the_gap_is_counted_from_the_last_full_release(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "01.08.2025")
    acts = [release("29.08.2025"), release("03.09.2025"), release("05.09.2025")]
    assert outcomes(settled(owing, acts, "15.09.2025", kz)) == ["fulfils", "correction", "fulfils"]


def test_a_correction_that_names_an_earlier_open_period_fulfils_it(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "01.09.2025")
    acts = [release("02.10.2025", for_period="2025-10"), release("03.10.2025", for_period="2025-09")]
    found = settled(owing, acts, "15.10.2025", kz)
    assert states(found) == {"2025-09": "fulfilled_late", "2025-10": "fulfilled"}
    back = [release("02.10.2025", for_period="2025-09"), release("03.10.2025", for_period="2025-10")]
    assert states(settled(owing, back, "15.10.2025", kz)) == {"2025-09": "fulfilled_late", "2025-10": "open"}


def test_marked_by_its_maker_it_is_a_correction_however_long_after(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "01.08.2025")
    acts = [release("05.08.2025"), release("05.09.2025", correction=True)]
    assert outcomes(settled(owing, acts, "15.09.2025", kz)) == ["fulfils", "correction"]


def test_two_quarters_files_on_one_day_buy_nothing(kz, periods):
    after = settled(
        duty(periods["QUARTERLY"], AFTER, "01.04.2025"), [release("03.07.2025"), release("03.07.2025", number=2)],
        "01.10.2025", kz,
    )
    assert states(after) == {"2025-Q2": "fulfilled", "2025-Q3": "open"}
    within = settled(
        duty(periods["QUARTERLY"], WITHIN, "01.04.2025"),
        [release("03.07.2025", for_period="2025-Q3"), release("03.07.2025", number=2, for_period="2025-Q2")],
        "04.07.2025", kz,
    )
    assert states(within) == {"2025-Q2": "fulfilled_late", "2025-Q3": "fulfilled"}


def test_releases_of_one_day_fulfil_at_most_one_period_on_time(kz, periods):
    schedule = AFTER.__class__("after", 3, "working_day")
    owing = duty(periods["DAILY"], schedule, "06.10.2025")
    acts = [release("08.10.2025", number=n, at=noon(day("08.10.2025")) + n * timedelta(minutes=1)) for n in range(3)]
    found = settled(owing, acts, "08.10.2025", kz)
    assert list(states(found).values()).count("fulfilled") == 1
    assert outcomes(found) == ["fulfils", "nothing", "nothing"]


# -- several datasets ------------------------------------------------------------------------------------


def test_every_dataset_must_have_its_release(kz, periods):
    links = [Link("d", FIRST), Link("e", FIRST), Link("f", FIRST, day("20.09.2025"))]
    owing = duty(periods["MONTHLY"], WITHIN, "01.09.2025")
    some = settled(owing, [release("05.09.2025")], "10.09.2025", kz, links)
    assert next((one.state, one.done, one.parts) for one in some.obligations) == ("open", 1, 3)
    all_there = settled(owing, [release("05.09.2025"), release("02.10.2025", "e")], "10.10.2025", kz, links)
    first = all_there.obligations[0]
    assert (first.state, first.day, first.by.dataset) == ("fulfilled_late", day("02.10.2025"), "e")


def test_a_dataset_that_is_not_linked_does_nothing(kz, periods):
    found = settled(duty(periods["MONTHLY"], WITHIN, "01.09.2025"), [release("05.09.2025", "z")], "05.09.2025", kz)
    assert found.uses == ()
    assert states(found) == {"2025-09": "open"}


def test_without_any_dataset_everything_is_missed(kz, periods):
    found = settled(duty(periods["MONTHLY"], WITHIN, "01.08.2025"), [], "20.10.2025", kz, links=[])
    assert states(found) == {"2025-08": "missed", "2025-09": "missed", "2025-10": "open"}


# -- the first release -----------------------------------------------------------------------------------


def test_the_first_release_also_fulfils_the_period_it_falls_in(kz, periods):
    owing = duty(periods["QUARTERLY"], WITHIN, "03.02.2025", published=False)
    found = settled(owing, [release("10.03.2025")], "20.03.2025", kz)
    assert states(found) == {"first": "fulfilled", "2025-Q1": "fulfilled"}


def test_data_that_were_there_before_the_link_are_the_first_release_on_the_day_of_the_link(kz, periods):
    owing = duty(periods["QUARTERLY"], WITHIN, "03.02.2025", published=False)

    def first(linked: str) -> tuple[str, date | None]:
        found = settled(owing, [release("10.01.2025")], "01.06.2025", kz, [Link("d", day(linked))])
        return next((one.state, one.day) for one in found.obligations if one.obligation.kind == "first")

    assert first("05.03.2025") == ("fulfilled", day("05.03.2025"))
    assert first("19.03.2025") == ("fulfilled_late", day("19.03.2025"))
    assert first("01.06.2025") == ("missed", None)


# -- reviews ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["DAILY", "WEEKLY"])
def test_a_review_never_stands_for_daily_or_weekly_data(kz, periods, code):
    found = settled(duty(periods[code]), [release("08.01.2024"), review("20.01.2024")], "20.01.2024", kz)
    assert outcomes(found)[1] == "not_for_period"


def test_at_most_two_reviews_in_a_row_for_monthly_data(kz, periods):
    acts = [release("10.01.2024"), *(review(f"10.0{month}.2024") for month in (2, 3, 4)), release("10.05.2024")]
    found = settled(duty(periods["MONTHLY"]), [*acts, review("10.06.2024")], "30.06.2024", kz)
    assert outcomes(found) == ["fulfils", "fulfils", "fulfils", "too_many", "fulfils", "fulfils"]
    assert found.uses[3].params == {"most": 2}
    by = {one.obligation.key: type(one.by).__name__ for one in found.obligations if one.by}
    assert (by["2024-02"], by["2024-04"]) == ("Review", "Release")


def test_from_the_third_on_the_admin_reviews_yearly_data(kz, periods):
    acts = [release("10.01.2024"), *(review(f"10.01.{year}") for year in (2025, 2026, 2027))]
    assert outcomes(settled(duty(periods["YEARLY"]), acts, "31.12.2027", kz))[3] == "admin_needed"
    acts[3] = review("10.01.2027", by_admin=True)
    assert outcomes(settled(duty(periods["YEARLY"]), acts, "31.12.2027", kz))[3] == "fulfils"


def test_a_review_needs_data_and_is_no_second_release(kz, periods):
    owing = duty(periods["MONTHLY"])
    assert outcomes(settled(owing, [review("10.01.2024")], "31.01.2024", kz)) == ["nothing_published"]
    acts = [release("30.01.2024"), review("01.02.2024"), review("06.02.2024")]
    assert outcomes(settled(owing, acts, "29.02.2024", kz)) == ["fulfils", "too_soon", "fulfils"]


def test_a_correction_does_not_end_a_row_of_reviews(kz, periods):
    acts = [release("10.01.2024"), review("10.02.2024"), review("10.03.2024")]
    acts += [release("12.03.2024"), review("10.04.2024")]
    assert outcomes(settled(duty(periods["MONTHLY"]), acts, "30.04.2024", kz))[3:] == ["correction", "too_many"]


# -- as needed -------------------------------------------------------------------------------------------


def test_as_needed_is_owed_twelve_months_after_the_last_release_or_review(kz, periods):
    owing = duty(periods["AS_NEEDED"], WITHIN, "01.01.2024")
    acts = [release("05.03.2024"), review("03.02.2025")]
    found = settled(owing, acts, "10.02.2026", kz)
    assert states(found) == {
        "after-2024-01-01": "fulfilled", "after-2024-03-05": "fulfilled", "after-2025-02-03": "open",
    }
    assert [one.obligation.due for one in found.obligations][-1] == day("03.02.2026")


def test_as_needed_and_never_touched_is_missed_once(kz, periods):
    found = settled(duty(periods["AS_NEEDED"], WITHIN, "01.01.2024"), [], "01.01.2027", kz)
    assert states(found) == {"after-2024-01-01": "missed"}
    late = settled(duty(periods["AS_NEEDED"], WITHIN, "01.01.2024"), [release("01.06.2025")], "02.06.2025", kz)
    assert states(late) == {"after-2024-01-01": "missed", "after-2025-06-01": "open"}


def test_as_needed_without_data_owes_the_first_release_only(kz, periods):
    owing = duty(periods["AS_NEEDED"], WITHIN, "03.02.2025", published=False)
    assert states(settled(owing, [], "10.02.2025", kz)) == {"first": "open"}
    found = settled(owing, [release("12.02.2025")], "13.02.2025", kz)
    assert states(found) == {"first": "fulfilled", "after-2025-02-12": "open"}


def test_as_needed_with_two_datasets_waits_for_both(kz, periods):
    links = [Link("d", FIRST), Link("e", FIRST)]
    owing = duty(periods["AS_NEEDED"], WITHIN, "01.01.2024")
    acts = [release("05.03.2024"), release("06.06.2024"), release("07.07.2024", "e")]
    found = settled(owing, acts, "01.08.2024", kz, links)
    assert states(found) == {"after-2024-01-01": "fulfilled", "after-2024-07-07": "open"}
    assert found.obligations[0].day == day("07.07.2024")


def test_as_needed_made_monthly_keeps_its_past(kz, periods):
    terms = (
        Terms(day("01.01.2023"), periods["AS_NEEDED"], WITHIN), Terms(day("01.07.2024"), periods["MONTHLY"], WITHIN),
    )
    owing = Duty(day("01.01.2023"), terms, published=True)
    found = settled(owing, [release("05.08.2024")], "10.08.2024", kz)
    assert states(found) == {"after-2023-01-01": "missed", "2024-07": "fulfilled_late", "2024-08": "open"}


# -- closed obligations ----------------------------------------------------------------------------------


def test_excused_and_suspended_ones_are_neither_fulfilled_nor_missed(kz, periods):
    owing = duty(periods["MONTHLY"], WITHIN, "01.01.2025")
    found = settled(
        owing, [release("10.03.2025")], "30.06.2025", kz,
        excuses=[Excuse("2025-01", day("01.01.2025"), "x")],
        suspensions=[Suspension(day("01.04.2025"), day("03.06.2025"), "y")],
    )
    assert states(found) == {
        "2025-01": "excused", "2025-02": "fulfilled_late", "2025-03": "missed", "2025-04": "excused",
        "2025-05": "excused", "2025-06": "open",
    }


# -- for any series --------------------------------------------------------------------------------------

series = st.lists(
    st.tuples(st.dates(FIRST, date(2025, 6, 30)), st.sampled_from("de"), st.booleans(), st.integers(0, 7)), max_size=40
)


@settings(deadline=None)
@given(series, st.sampled_from(STEPS), st.sampled_from([WITHIN, AFTER]), st.integers(1, 2))
def test_n_periods_need_n_releases(kz, periods, series, code, schedule, datasets):
    owing = duty(periods[code], schedule)
    upto = date(2025, 6, 30)
    keys = [one.key for one in owed(owing, upto, kz)]
    acts = [
        Release(dataset, n, noon(on), on, correction=correction, for_period=keys[name % len(keys)] if name else "")
        for n, (on, dataset, correction, name) in enumerate(series)
    ]
    links = [Link(name, FIRST) for name in "de"[:datasets]]
    found = settled(owing, acts, upto, kz, links)
    done = [one for one in found.obligations if one.state in ("fulfilled", "fulfilled_late")]
    for link in links:
        fulfilling = [use for use in found.uses if use.dataset == link.dataset and use.outcome == "fulfils"]
        assert len(done) <= len(fulfilling) <= sum(act.dataset == link.dataset for act in acts)
        assert len({use.obligation for use in fulfilling}) == len(fulfilling)
        due = {one.obligation.id: one.obligation.due for one in found.obligations}
        on_time = [use.act.day for use in fulfilling if use.act.day <= due[use.obligation]]
        assert len(on_time) == len(set(on_time))


@settings(deadline=None)
@given(
    series, st.sampled_from([*STEPS, "AS_NEEDED"]), st.sampled_from([WITHIN, AFTER]),
    st.dates(FIRST, date(2025, 6, 30)),
)
def test_the_answer_for_a_past_day_does_not_change_with_what_came_later(kz, periods, series, code, schedule, on):
    owing = duty(periods[code], schedule)
    acts = [
        Release(dataset, n, noon(when), when, correction=marked)
        for n, (when, dataset, marked, _) in enumerate(series)
    ]
    then = settled(owing, [act for act in acts if act.day <= on], on, kz)
    assert settled(owing, acts, on, kz) == then
    later = {one.obligation.id: one.state for one in settled(owing, acts, date(2025, 6, 30), kz).obligations}
    for one in then.obligations:
        if one.state not in ("open", "ahead"):
            assert later[one.obligation.id] == one.state

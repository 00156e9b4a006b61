"""How a dataset names the duties it answers."""
from __future__ import annotations

import pytest

from ckanext.civic_core.domain import duties
from ckanext.civic_core.domain.errors import Refused

ROLES = ("main", "part")


def test_a_bare_duty_has_the_first_role():
    assert duties.parse(["MIO-047@akimat-astana"], ROLES) == (duties.DutyLink("MIO-047@akimat-astana", "main"),)


def test_rows_keep_their_order_and_role():
    links = duties.parse([{"duty": " B-1@bb ", "role": "part"}, "A-1@aa"], ROLES)
    assert [(link.duty, link.role) for link in links] == [("B-1@bb", "part"), ("A-1@aa", "main")]


def test_what_is_parsed_parses_to_the_same():
    links = duties.parse([{"duty": "B-1@bb", "role": "part"}, "A-1@aa"], ROLES)
    assert duties.parse([{"duty": link.duty, "role": link.role} for link in links], ROLES) == links


@pytest.mark.parametrize(("value", "code"), [
    ("A-1@aa", "duties_not_a_list"), (None, "duties_not_a_list"), ({"duty": "A-1@aa"}, "duties_not_a_list"),
    (["A-1"], "duty_malformed"), (["@aa"], "duty_malformed"), (["A-1@АА"], "duty_malformed"), ([7], "duty_malformed"),
    ([{}], "duty_malformed"), (["A-1@aa@bb"], "duty_malformed"), (["A 1@aa"], "duty_malformed"),
    ([{"duty": "A-1@aa", "role": "boss"}], "duty_role_unknown"),
    (["A-1@aa", {"duty": "A-1@aa", "role": "part"}], "duty_twice"),
])
def test_what_is_refused(value, code):
    with pytest.raises(Refused) as refusal:
        duties.parse(value, ROLES)
    assert refusal.value.code == code

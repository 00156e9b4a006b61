"""Following something: begin, change, end, list."""
from __future__ import annotations

import ckan.model as model
import pytest
from civic_list.portal import AKMOLA, act, refusal

pytestmark = pytest.mark.usefixtures("office")


def test_who_follows_an_agency_finds_it_in_his_list():
    made = act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA)
    assert made["target_id"] == model.Group.get(AKMOLA).id
    assert (made["tempo"], made["channels"], made["every_change"], made["gone"]) == ("daily", ["email"], False, False)
    listed = act("citizen", "civic_subscription_list")
    assert (listed["count"], listed["results"]) == (1, [made])


def test_twice_is_once():
    first = act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA, tempo="weekly")
    again = act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA)
    assert again == first
    changed = act("citizen", "civic_subscription_create", target_type="agency", target_id=AKMOLA, tempo="at_once")
    assert changed == {**first, "tempo": "at_once"}


def test_what_cannot_be_followed():
    assert "target_type" in refusal("citizen", "civic_subscription_create", target_type="planet", target_id="x")
    assert "target_id" in refusal("citizen", "civic_subscription_create", target_type="agency", target_id="x")
    assert "target_id" in refusal("citizen", "civic_subscription_create", target_type="dataset")

"""Who may read the dataset that a message is about: what CKAN shows to everybody, and to each of its members."""
from __future__ import annotations

import ckan.model as model
import pytest
from civic_list.listing import dataset
from civic_list.portal import HEALTH, act

from ckanext.civic_core.news.reading import may_read

pytestmark = pytest.mark.usefixtures("office")


def user(name: str) -> str:
    return model.User.get(name).id


@pytest.fixture
def two() -> tuple[str, str]:
    """A public dataset and a private one of the ministry."""
    shown = dataset("health_editor", HEALTH)
    hidden = dataset("health_editor", HEALTH, name="hidden", private=True)
    return shown["id"], hidden["id"]


def test_everybody_reads_what_is_public_and_members_what_is_theirs(two):
    shown, hidden = two
    readers = [user(name) for name in ("citizen", "health_editor", "akmola_editor", "operator")] + ["address:7"]
    found = may_read(model.Session(), [(one, dataset_id) for one in readers for dataset_id in two])
    assert {who for who, dataset_id in found if dataset_id == shown} == set(readers)
    assert {who for who, dataset_id in found if dataset_id == hidden} == {user("health_editor"), user("operator")}


def test_nobody_reads_what_is_deleted_or_gone(two):
    shown, _ = two
    act("operator", "package_delete", id=shown)
    assert may_read(model.Session(), [(user("operator"), shown), (user("citizen"), "nothing")]) == set()


def test_an_account_that_is_gone_reads_what_everybody_does(two):
    shown, hidden = two
    editor = user("health_editor")
    act("operator", "user_delete", id="health_editor")
    assert may_read(model.Session(), [(editor, shown), (editor, hidden)]) == {(editor, shown)}


@pytest.mark.parametrize("count", [1, 30])
def test_public_datasets_cost_one_statement(two, statements, count):
    ids = [two[0], *(dataset("health_editor", HEALTH, name=f"set-{number}")["id"] for number in range(1, count))]
    pairs = [(reader, one) for one in ids for reader in ("address:1", user("citizen"))]
    statements.clear()
    assert len(may_read(model.Session(), pairs)) == 2 * count
    assert len(statements) == 1


def test_a_private_one_costs_a_little_for_each_who_asks(two, statements):
    pairs = [(user(name), two[1]) for name in ("citizen", "health_editor", "akmola_editor")]
    statements.clear()
    assert len(may_read(model.Session(), pairs)) == 1
    assert len(statements) <= 2 + 6 * 3

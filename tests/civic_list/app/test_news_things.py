"""What of the portal can be followed: found by its id, name or code, named in every language."""
from __future__ import annotations

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
from civic_list.delivering import duty_id, publish
from civic_list.listing import on
from civic_list.portal import HEALTH, act, draft, row

from ckanext.civic_core.domain.news import Target
from ckanext.civic_core.interfaces import IFollowable
from ckanext.civic_list.model import Duty, Item

pytestmark = pytest.mark.usefixtures("codes")

KINDS = ["dataset", "agency", "category", "item", "duty", "editions", "overdue"]


def find(kind: str, given: str, user: str = "citizen") -> Target | None:
    context = {"user": user, "model": model, "session": model.Session}
    found = [plugin.find_followed(dict(context), kind, given) for plugin in p.PluginImplementations(IFollowable)]
    return next((one for one in found if one), None)


def followed(*targets: Target):
    found = {}
    for plugin in p.PluginImplementations(IFollowable):
        found.update(plugin.followed(model.Session(), targets))
    return found


def test_the_kinds_of_catalogue_and_list_are_offered(app):
    from ckanext.civic_core.speaking import speaking

    with speaking("en"):
        kinds = {one.type: one for plugin in p.PluginImplementations(IFollowable) for one in plugin.followables()}
    assert [one for one in kinds if one in KINDS] == KINDS
    assert [kinds[one].single for one in ("item", "editions", "overdue")] == [False, True, True]
    for one in KINDS:
        with speaking("en"):
            assert tk.url_for(kinds[one].endpoint)


def test_things_are_found_by_id_and_by_name(codes):
    shown = publish(f"{codes[0]}@{HEALTH}")
    item = model.Session.query(Item).filter_by(code=codes[0]).one()
    key, body, category = f"{codes[0]}@{HEALTH}", model.Group.get(HEALTH), model.Group.get("health")
    for kind, id_, name in [
        ("dataset", shown["id"], "schools"), ("agency", body.id, HEALTH), ("category", category.id, "health"),
        ("item", item.id, codes[0]), ("duty", duty_id(key), key),
    ]:
        assert find(kind, id_) == find(kind, name) == Target(kind, id_)
        thing = followed(Target(kind, id_))[Target(kind, id_)]
        assert set(thing.title) == ({"en"} if kind == "agency" else {"kk", "ru", "en"})
        assert thing.path.startswith("/")
    assert find("editions", "") == Target("editions")
    assert find("overdue", "anything") == Target("overdue")
    assert followed(Target("editions"))[Target("editions")].path == "/list/editions"


def test_paths_lead_to_pages(codes, app):
    publish(f"{codes[0]}@{HEALTH}")
    targets = [find(*one) for one in (
        ("dataset", "schools"), ("agency", HEALTH), ("category", "health"), ("item", codes[0]),
        ("duty", f"{codes[0]}@{HEALTH}"), ("editions", ""), ("overdue", ""),
    )]
    for thing in followed(*targets).values():
        assert app.get(thing.path).status_code == 200


@pytest.mark.parametrize(
    ("kind", "given"),
    [("dataset", "nothing"), ("agency", "health"), ("category", HEALTH), ("item", "XX-1"), ("duty", "XX-1@nobody"),
     ("nothing", "x")],
)
def test_what_is_not_there_is_not_found(kind, given):
    assert find(kind, given) is None


def test_a_private_dataset_is_found_by_who_may_read_it_and_named_to_nobody(codes):
    shown = publish(f"{codes[0]}@{HEALTH}", private=True)
    assert find("dataset", "schools") is None
    assert find("dataset", "schools", user="") is None
    assert find("dataset", "schools", user="health_editor") == Target("dataset", shown["id"])
    assert followed(Target("dataset", shown["id"])) == {}


def test_a_row_of_a_draft_is_not_to_be_followed():
    with on("2025-02-03"):
        draft("2026", copy_of="2025")
        code = row("2026", 9)["code"]
    assert act("keeper", "civic_item_show", code=code, edition="2026")
    assert find("item", code) is None


@pytest.mark.parametrize("count", [1, 30])
def test_many_cost_as_much_as_one(codes, statements, count):
    from civic_list.portal import AKMOLA, SHYMKENT

    bodies = [AKMOLA, SHYMKENT, HEALTH]
    duties = [Target("duty", id_) for id_, in model.Session.query(Duty.id).limit(count)]
    groups = [Target("agency", model.Group.get(name).id) for name in bodies][:count]
    statements.clear()
    assert len(followed(*duties, *groups)) == len(duties) + len(groups)
    assert len([one for one in statements if "civic_subscriptions" not in one]) == 2

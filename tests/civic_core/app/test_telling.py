"""Words for news: each from the feature that answers for it, in the order asked for."""
from __future__ import annotations

from datetime import UTC, datetime

import ckan.model as model
import ckan.plugins.toolkit as tk
import pytest

from ckanext.civic_core.domain.news import Happened, Said, Target, Told
from ckanext.civic_core.news import telling

NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)


class Speaker:
    """A feature that says everything but what has the id of something gone."""

    def __init__(self, name):
        self.name, self.asked = name, 0

    def say(self, session, told):
        self.asked += 1
        return [
            None if one.happened.stream_id == "gone" else
            Said(subject=f"{self.name} {one.happened.id} {tk.h.lang()}", short="", path="/")
            for one in told
        ]


@pytest.fixture
def speakers(portal, monkeypatch):
    bells, trains = Speaker("bell"), Speaker("train")
    monkeypatch.setattr(telling, "answering", lambda: {"bell.rung": bells, "train.left": trains})
    return bells, trains


def _told(number: int, kind: str, stream_id: str = "x") -> Told:
    return Told(Happened(number, kind, kind.split(".")[0], stream_id, NOON), Target("town"))


def test_each_feature_is_asked_once_and_the_order_stays(speakers):
    told = [_told(1, "train.left"), _told(2, "bell.rung"), _told(3, "train.left")]
    found = telling.said(model.Session(), told, "kk")
    assert [one for one, _ in found] == told
    assert [words.subject for _, words in found] == ["train 1 kk", "bell 2 kk", "train 3 kk"]
    assert [one.asked for one in speakers] == [1, 1]


def test_what_nobody_can_say_is_left_out(speakers):
    told = [_told(1, "bell.rung", "gone"), _told(2, "ship.sunk"), _told(3, "bell.rung")]
    assert [one.happened.id for one, _ in telling.said(model.Session(), told, "ru")] == [3]


def test_a_page_in_the_same_language_is_not_left(speakers, portal):
    with portal.flask_app.test_request_context("/somewhere", environ_overrides={"CKAN_LANG": "ru"}):
        assert telling.said(model.Session(), [_told(1, "bell.rung")], "ru")[0][1].subject == "bell 1 ru"
        assert telling.said(model.Session(), [_told(1, "bell.rung")], "kk")[0][1].subject == "bell 1 kk"
        assert tk.request.path == "/somewhere"

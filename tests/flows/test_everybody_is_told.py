"""A dataset is updated, and everybody who follows it is told, once, whatever dies on the way."""
from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from flows import mailing

from ckanext.civic_core import clock
from ckanext.civic_notify import claiming

#: a working day, 02:30 of the next one in Almaty
EVENING = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)
#: how many follow the dataset; the figures of the notes are those of 3000
FOLLOWERS = int(os.environ.get("CIVIC_FOLLOWERS", "300"))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Almaty"])
def test_everybody_is_told_once_though_workers_die_and_the_queue_is_wiped(office, zone, tmp_path, monkeypatch):
    from ckan.lib.redis import connect_to_redis

    with (
        mailing.zone_of_the_machine(zone), clock.stopped_at(EVENING), mailing.mail_server(tmp_path) as server,
    ):
        mailing.send_to(server, monkeypatch)
        mailing.change_followed(FOLLOWERS, refused=FOLLOWERS // 2)
        moment = EVENING
        for point in mailing.POINTS:
            connect_to_redis().flushdb()
            moment += claiming.LEASE + timedelta(seconds=1)
            with clock.stopped_at(moment):
                assert mailing.in_a_process(lambda point=point: mailing.die_at(point, 1)) == 9, point
        for _ in range(2):
            moment += claiming.LEASE + timedelta(seconds=1)
            with clock.stopped_at(moment):
                assert mailing.in_a_process(mailing.work) == 0

    assert mailing.account() == {("sent", ""): FOLLOWERS - 1, ("failed_permanent", "refused"): 1}
    taken = server.by_address()
    assert set(taken) == {f"reader{n}@mail.example" for n in range(1, FOLLOWERS + 1) if n != FOLLOWERS // 2}
    doubles = sum(count - 1 for count in taken.values())
    assert doubles == len(mailing.IN_DOUBT)
    assert doubles <= mailing.doubts() <= len(mailing.IN_DOUBT) + 1
    keys = {address: {key for _, to, key in server.taken() if to == address} for address in taken}
    assert all(len(of_one) == 1 for of_one in keys.values())
    print(f"{zone}: {len(taken)} told, {doubles} of them twice, {mailing.doubts()} counted, 1 refused for good")

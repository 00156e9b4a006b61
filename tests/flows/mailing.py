"""A dataset with many followers, a mail server in a process of its own, and workers that can be killed."""
from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from civic_list.delivering import FIRST, SECOND, put
from civic_list.listing import dataset
from civic_list.portal import HEALTH, act

from ckanext.civic_core import clock, working
from ckanext.civic_notify import checking, claiming, rendering, sending, settling
from ckanext.civic_notify.channels.smtp import Smtp
from ckanext.civic_notify.model import Delivery

SERVER = Path(__file__).with_name("mail_server.py")
#: the points of a message's way at which a worker can die
POINTS: dict[str, tuple[Any, str]] = {
    "claimed": (claiming, "claim"), "checked": (checking, "check"), "rendered": (rendering, "render"),
    "begun": (settling, "begin"), "handed over": (Smtp, "send"), "settled, not committed": (settling, "settle"),
    "settled and committed": (sending, "_settle"),
}
#: who dies there has handed over a message of which nobody knows
IN_DOUBT = ("handed over", "settled, not committed")


@dataclass
class MailServer:
    """Where it listens, and what it was given."""

    port: int
    book: Path

    def taken(self) -> list[tuple[float, str, str]]:
        """When, to whom and under which Message-ID."""
        lines = (line.split() for line in self.book.read_text().splitlines()) if self.book.exists() else ()
        return [(float(at), address, key) for at, address, key in lines]

    def by_address(self) -> Counter[str]:
        return Counter(address for _, address, _ in self.taken())


@contextmanager
def mail_server(folder: Path) -> Iterator[MailServer]:
    """A server for one test; the portal's e-mail goes there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    book = folder / "taken"
    process = subprocess.Popen([sys.executable, str(SERVER), str(port), str(book)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield MailServer(port, book)
    finally:
        process.kill()
        process.wait()


def send_to(server: MailServer, monkeypatch: Any) -> None:
    """Let the portal hand its e-mail to this server."""
    for key, value in {
        "smtp.server": f"127.0.0.1:{server.port}", "smtp.starttls": "false", "smtp.mail_from": "portal@portal.example",
        "ckanext.civic_notify.email.adapter": "smtp", "ckanext.civic_notify.email.tls": "none",
    }.items():
        monkeypatch.setitem(tk.config, key, value)
    sending._open.clear()


def change_followed(followers: int, *, refused: int | None = None) -> None:
    """A dataset came two hours ago, so many follow it, and now another file is brought."""
    with clock.stopped_at(clock.now() - timedelta(hours=2)):
        put(dataset("health_editor", HEALTH)["name"], FIRST)
        work()
        follow(act("citizen", "package_show", id="schools")["id"], followers, refused=refused)
    put("schools", SECOND)


def follow(followed: str, count: int, *, refused: int | None = None) -> None:
    """So many people without an account follow a dataset; the address of one is refused by the server."""
    values = {"count": count, "refused": refused, "now": clock.now(), "dataset": followed}
    for statement in _FOLLOW.split(";"):
        model.Session.execute(sa.text(statement), values)
    model.Session.commit()


_FOLLOW = """
    insert into civic_subscriptions_address (id, email, confirmed_at, language, last_asked, created)
    select 'a' || n, case when n = :refused then 'gone' else 'reader' end || n || '@mail.example', :now,
           (array['kk', 'ru', 'en'])[1 + n % 3], :now, :now
    from generate_series(1, :count) n;
    insert into civic_subscriptions_subscription
        (id, recipient, target_type, target_id, label, tempo, channels, every_change, since, created)
    select 's' || n, 'address:a' || n, 'dataset', :dataset, '{}', 'at_once', '{email}', true, :now, :now
    from generate_series(1, :count) n
"""


def work() -> None:
    """Work until nothing is left."""
    while working.work(model.Session):
        pass


def in_a_process(task: Callable[[], Any]) -> int:
    """Do something in a process of its own that begins as this one stands; its exit code, negative: the signal."""
    model.Session.remove()
    model.ensure_engine().dispose()
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        sending._open.clear()
        task()
        code = 0
    finally:
        os._exit(code)


def die_at(point: str, time_: int = 1) -> None:
    """Work, and be gone as soon as a point was come to so many times: nothing is tidied up."""
    owner, name = POINTS[point]
    real, came = getattr(owner, name), []

    def dies(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        if answer or point != "claimed":
            came.append(name)
        if len(came) == time_:
            os._exit(9)
        return answer

    setattr(owner, name, dies)
    work()


def account() -> Counter[tuple[str, str]]:
    """Deliveries by state and reason."""
    rows = model.Session.execute(
        sa.select(Delivery.state, Delivery.reason, sa.func.count()).group_by(Delivery.state, Delivery.reason)
    ).all()
    model.Session.rollback()
    return Counter({(state, reason): count for state, reason, count in rows})


def doubts() -> int:
    """How many messages were sent again although they may have gone."""
    found = model.Session.scalar(sa.select(sa.func.coalesce(sa.func.sum(Delivery.doubts), 0)))
    model.Session.rollback()
    return int(found or 0)


@contextmanager
def zone_of_the_machine(name: str) -> Iterator[None]:
    """The machine's clock shows the time of another zone."""
    former = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if former is not None:
            os.environ["TZ"] = former
        time.tzset()

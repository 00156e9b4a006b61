"""How often one person may write.

``rate_limit.allow("update_request_create", who)`` counts an attempt against the setting
``ckanext.civic_core.rate_limit.update_request_create = 10 per 5 minutes``.
"""
from __future__ import annotations

import hashlib
import hmac
import logging
import math
import re
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import ckan.plugins.toolkit as tk
import redis
from ckan.types import Context
from flask import has_request_context, request

from ckanext.civic_core import clock
from ckanext.civic_core.roles import roles_of

__all__ = ["Limit", "RateLimited", "allow", "check", "parse", "unguarded", "who"]

log = logging.getLogger(__name__)

_PREFIX = "ckanext.civic_core.rate_limit."
_SPELLING = re.compile(r"^(?P<n>\d+) per (?:(?P<length>\d+) )?(?P<unit>second|minute|hour|day)s?$")
_TIMEOUT = 0.5

#: writes that were let through uncounted because Redis did not answer, by name, since the process began
unguarded: Counter[str] = Counter()

# A sliding window: the instants of the writes that were let through. One step, so that two at once cannot both
# be the last one allowed. Answers 0, or the milliseconds until the oldest write leaves the window.
_COUNT = """
redis.call('zremrangebyscore', KEYS[1], '-inf', ARGV[1] - ARGV[2])
if redis.call('zcard', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('zadd', KEYS[1], ARGV[1], ARGV[4])
  redis.call('pexpire', KEYS[1], ARGV[2])
  return 0
end
local oldest = redis.call('zrange', KEYS[1], 0, 0, 'withscores')[2]
return math.max(1, oldest + ARGV[2] - ARGV[1])
"""


@dataclass(frozen=True)
class Limit:
    """At most ``n`` writes in any stretch of ``window``."""

    n: int
    window: timedelta


class RateLimited(tk.ValidationError):
    """Too many at a time; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        sentence = _sentence(retry_after)
        super().__init__({"rate_limit": [sentence]}, {tk._("Too often"): sentence})
        self.retry_after = retry_after


def parse(text: str) -> Limit | None:
    """``10 per 5 minutes``, ``3 per day``; None for ``unlimited`` or nothing.

    :raises ValueError: anything else.
    """
    text = " ".join(text.lower().split())
    if text in ("", "unlimited"):
        return None
    found = _SPELLING.match(text)
    if not found or not int(found["n"]) or found["length"] == "0":
        raise ValueError(f"{text!r} is not a rate such as '10 per 5 minutes' or 'unlimited'")
    return Limit(int(found["n"]), timedelta(**{found["unit"] + "s": int(found["length"] or 1)}))


def check(config: Mapping[str, Any]) -> None:
    """Read every rate in the configuration, so that a mistake is told at the start.

    :raises ValueError: the key and its value.
    """
    for key in config:
        if key.startswith(_PREFIX):
            try:
                parse(config[key] or "")
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from error


def who(context: Context) -> str:
    """Whom to count: the account, or the address of a visitor."""
    user_id = roles_of(context).user_id
    if user_id:
        return user_id
    return f"address:{request.remote_addr}" if has_request_context() else "nobody"


def allow(name: str, person: str, limit: Limit | None = None) -> None:
    """Count one write of a person; attempts that are refused do not count.

    Call it after the access check and before anything is written. When Redis does not answer, the write is let
    through and counted in :data:`unguarded`.

    :param name: of the write; its rate stands under ``ckanext.civic_core.rate_limit.<name>``.
    :param person: see :func:`who`; kept only as a keyed hash, and no longer than the window.
    :param limit: where the configuration says nothing.
    :raises RateLimited: with a sentence that says when to try again.
    """
    text = tk.config.get(_PREFIX + name)
    limit = limit if text is None else parse(text)
    if limit is None:
        return
    try:
        wait = _count(name, person, limit)
    except redis.RedisError as error:
        unguarded[name] += 1
        log.warning("%s was not counted (%d so far): %s", name, unguarded[name], error)
        return
    if wait:
        raise RateLimited(math.ceil(wait / 1000))


def _count(name: str, person: str, limit: Limit) -> int:
    key = f"{tk.config['ckan.site_id']}:civic:rate:{name}:{_hidden(person)}"
    window = int(limit.window.total_seconds() * 1000)
    instant = int(clock.now().timestamp() * 1000)
    connection = _connection(tk.config["ckan.redis.url"])
    return int(connection.eval(_COUNT, 1, key, instant, window, limit.n, uuid.uuid4().hex))  # type: ignore[arg-type]


def _hidden(person: str) -> str:
    secret = str(tk.config["SECRET_KEY"]).encode()
    return hmac.new(secret, person.encode(), hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=4)
def _connection(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)


def _sentence(seconds: int) -> str:
    if seconds < 60:
        return tk.ungettext(
            "You did this very often. Try again in {n} second", "You did this very often. Try again in {n} seconds",
            seconds,
        ).format(n=seconds)
    if seconds < 3600:
        minutes = math.ceil(seconds / 60)
        return tk.ungettext(
            "You did this very often. Try again in {n} minute", "You did this very often. Try again in {n} minutes",
            minutes,
        ).format(n=minutes)
    hours = math.ceil(seconds / 3600)
    return tk.ungettext(
        "You did this very often. Try again in {n} hour", "You did this very often. Try again in {n} hours", hours,
    ).format(n=hours)

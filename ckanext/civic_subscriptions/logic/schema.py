"""What each action of civic_subscriptions takes."""
from __future__ import annotations

from ckan.types import Schema

from ckanext.civic_core.domain.news import TEMPOS
from ckanext.civic_core.logic.flow import page_schema
from ckanext.civic_core.logic.schema_calendar import one_of
from ckanext.civic_subscriptions.logic.fields import (
    clearable,
    codes,
    email,
    flag,
    hour,
    maybe,
    moment,
    needed,
    short,
    text,
)


def _chosen() -> Schema:
    return {"tempo": maybe(one_of(TEMPOS)), "channels": maybe(codes), "every_change": maybe(flag)}


def _thing() -> Schema:
    return {"id": maybe(text), "target_type": maybe(text), "target_id": maybe(text), "token": maybe(text)}


def create() -> Schema:
    return {
        "target_type": needed(text), "target_id": maybe(text), "query": maybe(), **_chosen(), "language": maybe(text),
    }


def create_without_account() -> Schema:
    return {**create(), "email": needed(email)}


def update() -> Schema:
    return {**_thing(), **_chosen()}


def delete() -> Schema:
    return _thing()


def listing() -> Schema:
    return page_schema(target_type=maybe(text), target_id=maybe(text), token=maybe(text))


def token_only() -> Schema:
    return {"token": needed(text)}


def preferences_update() -> Schema:
    return {
        "token": maybe(text), "language": clearable(text), "paused": maybe(flag),
        "quiet_from": clearable(moment), "quiet_until": clearable(moment), "digest_hour": maybe(hour),
        "work_tempo": maybe(one_of(TEMPOS)), "work_channels": clearable(codes), "app_id": clearable(short(100)),
        "phone": clearable(text), "try_email_again": maybe(flag),
    }


def push_subscribe() -> Schema:
    return {"endpoint": needed(short(1000)), "keys": needed(), "user_agent": maybe(text)}


def push_unsubscribe() -> Schema:
    return {"id": maybe(text), "endpoint": maybe(text)}


def phone_confirm() -> Schema:
    return {"number": needed(text), "code": maybe(text)}


def manage_link() -> Schema:
    return {"email": needed(email), "language": maybe(text)}

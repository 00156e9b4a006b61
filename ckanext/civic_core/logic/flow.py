"""The steps that every action takes in the same way.

``tk.check_access`` -> :func:`checked` -> a pure rule -> rows and ``record`` -> :func:`commit`.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, Schema
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from ckanext.civic_core.domain.errors import Refused
from ckanext.civic_core.record import SYSTEM
from ckanext.civic_core.roles import roles_of

__all__ = ["actor_of", "checked", "commit", "conflict", "page_schema", "session_of", "transaction"]

Action = Callable[[Context, dict[str, Any]], Any]
LIMIT_DEFAULT, LIMIT_MAX = 20, 100


def checked(data_dict: Mapping[str, Any], schema: Schema, context: Context) -> dict[str, Any]:
    """The input, converted. To be called after the access check, so that a stranger learns nothing from it.

    :raises ckan.plugins.toolkit.ValidationError: with a sentence for each field that is wrong.
    """
    data, errors = tk.navl_validate(dict(data_dict), schema, {**context})
    if errors:
        raise tk.ValidationError(errors)
    data.pop("__extras", None)
    data.pop("__junk", None)
    return data


def page_schema(**fields: Any) -> Schema:
    """Schema of a list: its own filters, and ``limit`` (20, at most 100) and ``offset``."""
    get = tk.get_validator
    return {
        **fields,
        "limit": [get("default")(LIMIT_DEFAULT), get("natural_number_validator"), _at_most(LIMIT_MAX)],
        "offset": [get("default")(0), get("natural_number_validator")],
    }


def _at_most(most: int) -> Callable[[Any], Any]:
    def at_most(value: int) -> int:
        if value > most:
            raise tk.Invalid(tk._("At most {most} at a time").format(most=most))
        return value

    return at_most


def session_of(context: Context) -> Session:
    """The database session of this call."""
    return context["session"]


def actor_of(context: Context) -> str:
    """User id of who acts; the portal itself where nobody is signed in."""
    return roles_of(context).user_id or SYSTEM


def conflict() -> tk.ValidationError:
    """The answer to who lost a race."""
    sentence = tk._("Somebody else changed this at the same moment. Look at the page again, then repeat.")
    return tk.ValidationError({"conflict": [sentence]}, {tk._("Conflict"): sentence})


def commit(context: Context) -> None:
    """The one commit of an action; left to the caller where he asked for it with ``defer_commit``."""
    session = session_of(context)
    session.flush()
    if not context.get("defer_commit"):
        session.commit()


def transaction(sentence: Callable[[Refused], str]) -> Callable[[Action], Action]:
    """Make a function an action whose failures leave nothing behind and speak to a person.

    :param sentence: the feature's words for what a rule refuses.
    :returns: a decorator that answers a broken rule with ``ValidationError`` under the field that it is about,
        a lost race with the key ``conflict``, and rolls back, unless the transaction is the caller's.
    """

    def decorate(action: Action) -> Action:
        @wraps(action)
        def guarded(context: Context, data_dict: dict[str, Any]) -> Any:
            try:
                return action(context, data_dict)
            except Refused as refusal:
                _undo(context)
                raise tk.ValidationError({refusal.field: [sentence(refusal)]}) from refusal
            except (IntegrityError, OperationalError) as error:
                _undo(context)
                if isinstance(error, OperationalError) and not _lost_race(error):
                    raise
                raise conflict() from error
            except Exception:
                _undo(context)
                raise

        return guarded

    return decorate


#: serialization_failure, deadlock_detected, lock_not_available
_RACES = {"40001", "40P01", "55P03"}


def _lost_race(error: OperationalError) -> bool:
    return getattr(error.orig, "pgcode", None) in _RACES


def _undo(context: Context) -> None:
    if not context.get("defer_commit"):
        session_of(context).rollback()

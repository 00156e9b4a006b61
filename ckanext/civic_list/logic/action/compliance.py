"""How well the list is kept: counters and figures, with the rows behind them."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_list import compliance, duties_shown
from ckanext.civic_list.delivery import behind
from ckanext.civic_list.domain.errors import check
from ckanext.civic_list.logic.schema import delivery as schema
from ckanext.civic_list.messages import transaction


@tk.side_effect_free
@transaction
def civic_compliance_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Counters and figures of the portal, an agency, a statistics group or a category, on a day.

    Anybody may. Suspended and not applicable duties are in no figure; their numbers stand beside. A past day is
    answered by what was known at its end, so that the answer stays what it was.

    :param agency: name or id of an agency; optional.
    :param group: statistics group (``CGO``, ``MIO``, ``QUASI``, ``OTHER``), as bodies were in it on the day; optional.
    :param category: code of a category; optional.
    :param as_of: the day; today by default.
    :param known_now: the same past day in the light of what was recorded later; of one agency only. States and
        obligations are worked out anew from releases, reviews and excuses; which datasets were public and had rows is
        as it was recorded.
    :param rows: the rows behind one number: ``listed``, ``published``, ``actual``, ``covered``, ``suspended``,
        ``not_applicable`` (duties), ``all``, ``all_actual`` (datasets), ``on_time``, ``late``, ``missed`` or
        ``reviewed`` (obligations); optional.
    :param over: ``month`` for the ends of the last 24 months as well; optional.
    :param limit: of agencies, or of rows where these are asked for; 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"day", "scope": {"agency", "group", "category"}, "counters": {"listed", "published", "actual", "all",
        "all_actual", "covered", "suspended", "not_applicable"}, "figures": {"completeness", "actuality", "delivered",
        "punctuality", "structure"}, "punctual": {"on_time", "late", "missed", "reviewed"}}``; a figure is
        ``{"numerator", "denominator", "percent", "formula"}``, its percent cut to one decimal, null where there is
        nothing to divide by. Without ``rows`` and ``agency`` also ``agencies``, the best first, and
        ``agencies_count``; without ``group`` also ``groups``. ``rows`` is ``{"count", "results"}``; ``series`` a list
        of days, each with counters and figures.
    :raises ObjectNotFound: where there is no such agency.
    :raises ValidationError: where a day is asked for as it is known now, and no agency or no day that is over.
    """
    tk.check_access("civic_compliance_show", context, data_dict)
    data = flow.checked(data_dict, schema.compliance_show(), context)
    session = flow.session_of(context)
    what = compliance.ask(session, data)
    if data["known_now"]:
        check(what.agency is not None, "known_now_of_whom", "known_now")
        check(what.day < clock.today(), "known_now_of_today", "known_now")
    parts = compliance.parts(session, what, known_now=data["known_now"])
    answer = {"day": what.day.isoformat(), "scope": what.shown(), **compliance.shown(parts)}
    page = {"limit": data["limit"], "offset": data["offset"]}
    if data.get("rows"):
        reader = duties_shown.reader_of(context)
        results = behind.rows(session, data["rows"], what.scope, reader, **page)
        counted = {**answer["punctual"], **answer["counters"]}
        answer["rows"] = {"count": counted[data["rows"]], "results": results}
    elif what.agency is None:
        answer["agencies"], answer["agencies_count"] = compliance.by_agency(session, parts, **page)
        if not what.group:
            answer["groups"] = compliance.by_group(what, parts)
    if data.get("over"):
        answer["series"] = compliance.over_time(session, what, parts)
    return answer

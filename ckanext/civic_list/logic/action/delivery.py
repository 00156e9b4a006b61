"""What was owed, what was seen, and what came of it: lists that anybody reads."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.civic_core import clock
from ckanext.civic_core.logic import flow
from ckanext.civic_list.delivery import seen
from ckanext.civic_list.logic.schema import delivery as schema
from ckanext.civic_list.messages import transaction


@tk.side_effect_free
@transaction
def civic_obligation_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Releases that are owed, were fulfilled or missed, as they stand today.

    Anybody may. A fixed number of statements.

    :param duty: id of a duty or ``CODE@agency``; optional.
    :param dataset: name or id of a dataset: what the duties owe that it answers or answered; optional.
    :param agency: name or id of the agency that owes; optional.
    :param state: ``ahead``, ``open``, ``overdue``, ``fulfilled``, ``fulfilled_late``, ``missed``, ``excused`` or
        ``replaced``; optional.
    :param due_from: due on this day or later; optional.
    :param due_until: due on this day or earlier; optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results"}``, what waits with the nearest due day first, else the latest first; each
        ``{"id", "key", "kind", "period", "starts", "ends", "opens", "due", "missed", "state", "settled_on", "done",
        "parts", "ground", "release": {"dataset", "number", "day"} or null, "review": {"day"} or null,
        "inherited_from": {"agency"} or null, "duty": {"id", "code", "title", "agency"}}``. A release of a dataset that
        the reader may not see is null.
    :raises ObjectNotFound: where there is no such duty, agency, or dataset that the reader may see.
    """
    tk.check_access("civic_obligation_list", context, data_dict)
    data = flow.checked(data_dict, schema.obligation_list(), context)
    return seen.obligations(flow.session_of(context), data, clock.today(), seen.reader_of(context))


@tk.side_effect_free
@transaction
def civic_evidence_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Changes of data that were seen, whether each counts, and if not why.

    Anybody may, of public datasets and from when on they were public; of private ones their agency's members, list
    keepers and sysadmins. Who made a change is not told. A fixed number of statements.

    :param dataset: name or id of a dataset; optional.
    :param duty: id of a duty or ``CODE@agency``: of the datasets that answer it or did; optional.
    :param agency: name or id of an agency: of its datasets; optional.
    :param counts: whether the change counts; optional.
    :param from: seen on this day or later; optional.
    :param until: seen on this day or earlier; optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results"}``, the newest first; each ``{"id", "dataset": {"id", "name", "title"},
        "resource": {"id", "name"} or null, "day", "at", "how", "method", "counts", "release": number or null,
        "reason", "params", "times", "rows_before", "rows_after", "share_changed", "changes": {"file"?, "rows"?,
        "columns"?}, "content_before", "content"}``.
    :raises ObjectNotFound: where there is no such duty, agency, or dataset that the reader may see.
    """
    tk.check_access("civic_evidence_list", context, data_dict)
    data = flow.checked(data_dict, schema.evidence_list(), context)
    return seen.evidence(flow.session_of(context), data, seen.reader_of(context))


@tk.side_effect_free
@transaction
def civic_release_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Numbered releases of datasets, and what each did for the duties that its dataset answers.

    Anybody may, of public datasets; of private ones their agency's members, list keepers and sysadmins. A fixed number
    of statements.

    :param dataset: name or id of a dataset; optional.
    :param duty: id of a duty or ``CODE@agency``: of the datasets that answer it or did; optional.
    :param agency: name or id of an agency: of its datasets; optional.
    :param from: of this day or later; optional.
    :param until: of this day or earlier; optional.
    :param limit: 20 by default, at most 100.
    :param offset: 0 by default.
    :returns: ``{"count", "results"}``, the newest first; each ``{"dataset": {"id", "name", "title"}, "number", "at",
        "day", "ways", "correction", "for_period", "uses": [{"duty": {"id", "code", "title", "agency"}, "outcome",
        "key", "state"}]}``; ``state`` is that of the obligation ``key`` today.
    :raises ObjectNotFound: where there is no such duty, agency, or dataset that the reader may see.
    """
    tk.check_access("civic_release_list", context, data_dict)
    data = flow.checked(data_dict, schema.release_list(), context)
    return seen.releases(flow.session_of(context), data, clock.today(), seen.reader_of(context))

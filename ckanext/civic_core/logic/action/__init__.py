"""Actions of civic_core."""
from ckanext.civic_core.logic.action.calendar import (
    civic_deadline_explain,
    civic_working_day_list,
    civic_working_day_set,
)
from ckanext.civic_core.logic.action.catalogue import dataset_purge, package_owner_org_update
from ckanext.civic_core.logic.action.events import civic_audit_verify, civic_event_list

__all__ = [
    "civic_audit_verify",
    "civic_deadline_explain",
    "civic_event_list",
    "civic_working_day_list",
    "civic_working_day_set",
    "dataset_purge",
    "package_owner_org_update",
]

"""Actions of civic_core."""
from ckanext.civic_core.logic.action.events import civic_audit_verify, civic_event_list

__all__ = ["civic_audit_verify", "civic_event_list"]

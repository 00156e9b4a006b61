"""Tables of civic_core; importing the package declares all of them."""
from ckanext.civic_core.model.calendar import CalendarOverrideRow
from ckanext.civic_core.model.event import EventRow
from ckanext.civic_core.model.news import NewsRow, PendingRow

__all__ = ["CalendarOverrideRow", "EventRow", "NewsRow", "PendingRow"]

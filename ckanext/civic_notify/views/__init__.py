"""Pages of civic_notify, and the addresses that providers and browsers ask."""
from ckanext.civic_notify.views.messages import civic_messages
from ckanext.civic_notify.views.push import civic_push
from ckanext.civic_notify.views.receipts import civic_receipts

__all__ = ["civic_messages", "civic_push", "civic_receipts"]

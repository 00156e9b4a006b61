"""Actions of civic_notify."""
from ckanext.civic_notify.logic.action.deliveries import (
    civic_delivery_list,
    civic_delivery_resend,
    civic_outbox_show,
)

__all__ = ["civic_delivery_list", "civic_delivery_resend", "civic_outbox_show"]

"""Actions of civic_subscriptions."""
from ckanext.civic_subscriptions.logic.action.follows import civic_subscription_from_follows
from ckanext.civic_subscriptions.logic.action.preferences import (
    civic_notification_preferences_show,
    civic_notification_preferences_update,
    civic_subscription_options,
)
from ckanext.civic_subscriptions.logic.action.subscription import (
    civic_subscription_create,
    civic_subscription_delete,
    civic_subscription_list,
    civic_subscription_stop,
    civic_subscription_update,
)
from ckanext.civic_subscriptions.logic.action.ways import (
    civic_phone_confirm,
    civic_push_subscribe,
    civic_push_unsubscribe,
    civic_subscription_confirm,
    civic_subscription_manage_link,
)

__all__ = [
    "civic_notification_preferences_show", "civic_notification_preferences_update", "civic_phone_confirm",
    "civic_push_subscribe", "civic_push_unsubscribe", "civic_subscription_confirm", "civic_subscription_create",
    "civic_subscription_delete", "civic_subscription_from_follows", "civic_subscription_list",
    "civic_subscription_manage_link", "civic_subscription_options", "civic_subscription_stop",
    "civic_subscription_update",
]

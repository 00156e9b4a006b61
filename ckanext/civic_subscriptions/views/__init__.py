"""The pages of subscriptions."""
from ckanext.civic_subscriptions.views.beginning import civic_subscriptions_begin
from ckanext.civic_subscriptions.views.ending import civic_subscriptions_end
from ckanext.civic_subscriptions.views.feed import civic_subscriptions_feed
from ckanext.civic_subscriptions.views.own import civic_subscriptions

__all__ = [
    "civic_subscriptions", "civic_subscriptions_begin", "civic_subscriptions_end", "civic_subscriptions_feed",
]

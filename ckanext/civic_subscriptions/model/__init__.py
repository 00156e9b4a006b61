"""Tables of civic_subscriptions; importing the package declares all of them."""
from ckanext.civic_subscriptions.model.recipient import Address, Endpoint, Errand, Phone, Preferences, Refusal, Sent
from ckanext.civic_subscriptions.model.search import Search, ToMatch
from ckanext.civic_subscriptions.model.subscription import Passed, Subscription, Wish

__all__ = [
    "Address", "Endpoint", "Errand", "Passed", "Phone", "Preferences", "Refusal", "Search", "Sent", "Subscription",
    "ToMatch", "Wish",
]

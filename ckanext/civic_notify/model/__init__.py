"""Tables of civic_notify; importing the package declares all of them."""
from ckanext.civic_notify.model.delivery import ChannelState, Delivery

__all__ = ["ChannelState", "Delivery"]

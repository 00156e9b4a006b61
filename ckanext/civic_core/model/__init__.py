"""Tables of civic_core; importing the package declares all of them."""
from ckanext.civic_core.model.event import EventRow

__all__ = ["EventRow"]

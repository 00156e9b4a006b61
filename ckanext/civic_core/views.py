"""Pages of civic_core."""
from ckanext.civic_core.look import civic_look

__all__ = ["civic_look"]

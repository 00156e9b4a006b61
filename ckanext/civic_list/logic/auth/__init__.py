"""Who may call the actions of civic_list."""
from ckanext.civic_list.logic.auth import acts, delivery, duties, editions

_MODULES = (acts, delivery, duties, editions)
globals().update({name: getattr(module, name) for module in _MODULES for name in module.NAMES})

__all__ = [*acts.NAMES, *delivery.NAMES, *duties.NAMES, *editions.NAMES]

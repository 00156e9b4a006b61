"""Who may call the actions of civic_list."""
from ckanext.civic_list.logic.auth import acts, duties, editions

globals().update({name: getattr(module, name) for module in (acts, duties, editions) for name in module.NAMES})

__all__ = [*acts.NAMES, *duties.NAMES, *editions.NAMES]

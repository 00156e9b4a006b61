"""Who may call the actions of civic_list."""
from ckanext.civic_list.logic.auth import duties, editions

globals().update({name: getattr(module, name) for module in (duties, editions) for name in module.NAMES})

__all__ = [*duties.NAMES, *editions.NAMES]

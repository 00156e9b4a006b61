"""What stands between the portal and who means it harm: tokens of forms, headers, rates."""
from __future__ import annotations

from ckan.common import CKANConfig
from ckan.types import CKANApp

from ckanext.civic_core.guard import csrf, headers, rate_limit

__all__ = ["install"]


def install(app: CKANApp, config: CKANConfig) -> CKANApp:
    """Put every guard in place; to be called by ``IMiddleware.make_middleware``.

    :raises ValueError: a setting of a guard makes no sense.
    """
    rate_limit.check(config)
    csrf.guard()
    headers.send(app, config)
    return app

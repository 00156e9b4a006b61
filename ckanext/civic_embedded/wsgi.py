"""The WSGI application, for gunicorn or any other server; ``CKAN_INI`` names the configuration."""
from __future__ import annotations

import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())

from alembic import context

from ckanext.civic_core.migrate import run

run(context, "civic_subscriptions")

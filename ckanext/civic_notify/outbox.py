"""The outbox at work: give back what died, gather digests, hand over what is due."""
from __future__ import annotations

from sqlalchemy.orm import Session

from ckanext.civic_notify import claiming, gathering, sending
from ckanext.civic_notify.channels import registry

__all__ = ["work"]


def work(session: Session) -> int:
    """A batch of each channel; to be called again while it answers more than 0. Each step commits."""
    done = claiming.release(session) + gathering.gather(session)
    return done + sum(sending.deliver(session, channel) for channel in registry.names())

"""What each channel can do, whoever its provider is."""
from __future__ import annotations

from collections.abc import Mapping

from ckanext.civic_notify.channels.base import Capabilities

__all__ = ["KINDS"]

#: the longest that a push message may be: 4096 octets with its encryption, in letters of two or three octets
_PUSHED = 1000

KINDS: Mapping[str, Capabilities] = {
    "email": Capabilities(html=True, receipts=True, longest=None, address="email"),
    "sms": Capabilities(html=False, receipts=True, longest=1000, address="phone"),
    "web_push": Capabilities(html=False, receipts=False, longest=_PUSHED, address="endpoints"),
    "app_push": Capabilities(html=False, receipts=True, longest=_PUSHED, address="app_id"),
}

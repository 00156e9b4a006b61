"""Template helpers of civic_list."""
from __future__ import annotations

__all__: list[str] = []

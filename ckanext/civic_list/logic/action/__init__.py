"""Actions of civic_list."""

__all__: list[str] = []

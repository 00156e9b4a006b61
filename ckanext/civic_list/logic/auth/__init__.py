"""Who may call the actions of civic_list."""

__all__: list[str] = []

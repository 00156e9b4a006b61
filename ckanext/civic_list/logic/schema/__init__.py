"""What the actions take: of civic_list."""

__all__: list[str] = []

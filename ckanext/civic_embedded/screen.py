"""What the person who starts the portal sees."""
from __future__ import annotations

import time


class Screen:
    """Progress lines with the seconds since the start."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.started:5.1f} s] {text}", flush=True)

    @staticmethod
    def show(text: str) -> None:
        print(text, flush=True)

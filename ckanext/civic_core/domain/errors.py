"""Why something that was asked for cannot be done."""
from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A rule forbids it.

    ``code`` names the rule, ``field`` the input it is about, ``params`` the values that the sentence
    for a person needs. The sentence itself belongs to the feature's ``messages`` module.
    """

    def __init__(self, code: str, field: str = "message", /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

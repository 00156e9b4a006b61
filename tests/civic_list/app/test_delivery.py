"""From the uploaded file to the state of the duty, on the real services."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from civic_list.delivering import FIRST, duty_id, evidence, obligations, pass_time, publish, put, states
from civic_list.listing import begin_list, on
from civic_list.portal import HEALTH, events

@pytest.fixture
def duty(office: None) -> Iterator[str]:
    """A monthly duty of the ministry, in force since 20 January 2025."""
    with on("2025-01-20"):
        code = begin_list(rows=2)[0]
    yield f"{code}@{HEALTH}"


def test_an_uploaded_file_fulfils_the_first_release(duty: str) -> None:
    with on("2025-02-03"):
        pass_time()
        id_ = duty_id(duty)
        assert states(id_)[0] == ("2025-02-03", "not_started")
        publish(duty)
        put("schools", FIRST)
        assert evidence() == [("upload", "", 1)]
        assert obligations(id_)["first"] == "fulfilled"
        assert "release.recorded" in [event["type"] for event in events(stream="dataset")]

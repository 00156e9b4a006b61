"""What every adapter keeps, whichever provider stands behind it."""
from __future__ import annotations

from dataclasses import replace

import pytest
from civic_notify.channels import making
from civic_notify.channels.conftest import CONSOLE, MEMORY, REAL, STAGES

from ckanext.civic_core.domain.news import Endpoint
from ckanext.civic_notify.channels.base import Capabilities
from ckanext.civic_notify.channels.kinds import KINDS

REFUSING = [*REAL, *MEMORY]


@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_a_message_is_accepted_and_the_provider_has_it_once(staged):
    outcome = staged.adapter.send(staged.message)
    assert (outcome.result, outcome.gone, outcome.doubt) == ("accepted", (), False)
    assert staged.got() == [making.KEY]


@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_the_key_is_the_same_whenever_a_message_is_tried_again(staged):
    staged.fail()
    results = [staged.adapter.send(staged.message).result for _ in range(3)]
    assert results == ["provider_down", "accepted", "accepted"]
    assert set(staged.got()) == {making.KEY}


@pytest.mark.parametrize("staged", REFUSING, indirect=True)
def test_what_is_refused_for_good_is_permanent_and_the_next_message_goes(staged):
    staged.refuse()
    assert staged.adapter.send(staged.message).result == "permanent"
    assert staged.adapter.send(replace(staged.message, key="4712.ffffffffffffffffffff")).result == "accepted"
    assert staged.got()[-1] == "4712.ffffffffffffffffffff"


@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_a_provider_that_fails_is_told_apart_from_a_message_that_does(staged):
    staged.fail()
    outcome = staged.adapter.send(staged.message)
    assert (outcome.result, outcome.gone) == ("provider_down", ())
    assert outcome.code


@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_a_provider_that_says_nothing_is_waited_for_no_longer_than_configured(staged):
    staged.wait()
    outcome = staged.adapter.send(staged.message)
    assert (outcome.result, outcome.gone) == ("provider_down", ())
    assert staged.adapter.send(staged.message).result == "accepted"


@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_a_closed_adapter_opens_again_by_itself(staged):
    assert staged.adapter.send(staged.message).result == "accepted"
    staged.adapter.close()
    staged.adapter.close()
    assert staged.adapter.send(staged.message).result == "accepted"


@pytest.mark.parametrize("to", ["", "nonsense", "a@b\r\nRCPT TO:<c@d>", "+7701\n", "@", "ж" * 300, "\x00"])
@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_an_odd_address_raises_nothing(staged, to):
    message = replace(staged.message, to=to, endpoints=(Endpoint("e", to, "?", "ж"),))
    assert staged.adapter.send(message).result in ("accepted", "permanent")


@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_odd_words_raise_nothing(staged):
    odd = "\x00\ud800 =?utf-8?b?? \r\n.\r\n" * 300
    message = replace(staged.message, subject=odd, text=odd, html=odd, short=odd, headers={"X-\n": odd, "X-A": odd})
    assert staged.adapter.send(message).result in ("accepted", "permanent")


@pytest.mark.parametrize("staged", REAL, indirect=True)
def test_an_outcome_never_holds_an_address_for_the_log(staged):
    staged.refuse()
    code = staged.adapter.send(staged.message).code
    assert len(code) <= 200
    assert staged.message.to == "" or staged.message.to not in code


@pytest.mark.parametrize("staged", STAGES, indirect=True)
def test_an_adapter_says_what_its_channel_can_do(staged):
    assert staged.adapter.capabilities == KINDS[staged.adapter.name]
    assert isinstance(staged.adapter.capabilities, Capabilities)


def test_the_screen_shows_what_a_reader_would_see(capsys):
    from ckanext.civic_notify.channels.console import Console

    Console("email").send(making.message())
    Console("sms").send(making.message(to="+77015551234"))
    shown = capsys.readouterr().out
    assert "Subject: Жол жөндеу кестесі: деректер жаңартылды\nStop: https://data.example.kz/kk/stop/abc" in shown
    assert "To: +77015551234" in shown
    assert "Жол жөндеу: 12 жол қосылды\nhttps://data.example.kz/kk/dataset/zhol" in shown


def test_all_of_these_are_tried():
    assert len(STAGES) == len(REAL) + len(MEMORY) + len(CONSOLE) == 12

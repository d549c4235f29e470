"""The names of hardware are those that the Hub's own client knows."""

from huggingface_hub import SpaceHardware

from slipway.huggingface.space.hardware import FLAVOURS, HARDWARE


def test_every_flavour_that_the_hubs_client_knows_may_be_asked_for_and_no_other():
    assert set(FLAVOURS) == {each.value for each in SpaceHardware}


def test_what_has_a_price_is_one_of_them():
    assert set(HARDWARE) <= set(FLAVOURS)

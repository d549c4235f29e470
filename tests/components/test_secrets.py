"""Protects the comparison of write-only secrets."""

from slipway.core.secrecy.digests import keyed_digest, keyed_digests, new_salt

SALT, OTHER = "00" * 32, "01" * 32


def test_a_digest_changes_with_name_value_and_key_and_with_nothing_else():
    digest = keyed_digest(SALT, "NAME", "value")
    assert digest == keyed_digest(SALT, "NAME", "value")
    assert len({digest, *(keyed_digest(*other) for other in [
        (SALT, "NAME", "value2"),
        (SALT, "NAME2", "value"),
        (OTHER, "NAME", "value"),
        (SALT, "NAMEv", "alue"),
    ])}) == 5  # fmt: skip


def test_the_value_is_not_in_the_digest():
    assert "value" not in keyed_digest(SALT, "NAME", "value")


def test_every_value_has_its_digest_by_name():
    values = {"B": "2", "A": "ä", "EMPTY": ""}
    digests = keyed_digests(SALT, values)
    assert digests == {name: keyed_digest(SALT, name, value) for name, value in values.items()}


def test_every_resource_has_a_key_of_its_own():
    assert len({new_salt() for _ in range(50)}) == 50
    assert len(bytes.fromhex(new_salt())) == 32

from io import StringIO
from pathlib import Path
from threading import Event

import pytest
from django.core.management import CommandError, call_command

from portal.vault import rotation
from portal.vault import services as vault
from portal.vault.models import SealedSecret
from tests import at_once
from tests.factories import people


@pytest.fixture
def keys(settings, tmp_path) -> Path:
    settings.VAULT_KEY_DIR = str(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.mark.django_db
def test_rotation_leaves_no_secret_on_an_older_key(keys):
    customer = people.customer()
    secrets = [vault.seal(f"secret {number}", customer=customer, purpose="any") for number in range(5)]
    vault.destroy(secrets[0])
    out = StringIO()

    call_command("rewrap_secrets", "--new-key", stdout=out)
    (keys / "0001.key").unlink()

    assert out.getvalue().splitlines() == ["new master key: 0002", "rewrapped: 4"]
    left = SealedSecret.objects.filter(destroyed_at=None)
    assert {vault.unseal(row) for row in left} == {f"secret {number}" for number in range(1, 5)}


@pytest.mark.django_db
def test_rotation_that_was_stopped_goes_on(keys, monkeypatch):
    customer = people.customer()
    for number in range(3):
        vault.seal(f"secret {number}", customer=customer, purpose="any")
    rotation.add_key()
    whole = rotation._rewrap

    def dies_at_the_second(secret, outcome):
        if outcome.rewrapped:
            raise KeyboardInterrupt
        whole(secret, outcome)

    monkeypatch.setattr(rotation, "_rewrap", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        rotation.rewrap()
    assert rotation.left_on_older_keys() == {"0001": 2}

    monkeypatch.setattr(rotation, "_rewrap", whole)
    assert rotation.rewrap().rewrapped == 2
    assert rotation.left_on_older_keys() == {}


@pytest.mark.django_db
def test_secret_that_does_not_open_is_named_and_left(keys):
    secret = vault.seal("text", customer=people.customer(), purpose="any")
    SealedSecret.objects.filter(pk=secret.pk).update(wrapped_key=b"broken")

    with pytest.raises(CommandError, match=secret.pk):
        call_command("rewrap_secrets", "--new-key", stdout=StringIO())

    assert rotation.left_on_older_keys() == {"0001": 1}


@pytest.mark.django_db
def test_row_read_before_rotation_opens_after_it(keys):
    secret = vault.seal("text", customer=people.customer(), purpose="any")
    read_before = SealedSecret.objects.get(pk=secret.pk)

    rotation.add_key()
    rotation.rewrap()

    assert vault.unseal(read_before) == "text"


@pytest.mark.django_db(transaction=True)
def test_rotation_under_use_fails_no_read(keys):
    customer = people.customer()
    secrets = [vault.seal(f"secret {number}", customer=customer, purpose="any") for number in range(40)]
    stop = Event()

    def read() -> int:
        reads = 0
        while not stop.is_set():
            for number, secret in enumerate(secrets):
                assert vault.unseal(SealedSecret.objects.get(pk=secret.pk)) == f"secret {number}"
                reads += 1
        return reads

    def rotate() -> None:
        try:
            for _ in range(3):
                rotation.add_key()
                rotation.rewrap()
        finally:
            stop.set()

    *reads, rotated = at_once.outcomes([read, read, read, rotate])

    assert rotated is None
    assert all(count > 0 for count in reads)
    assert rotation.left_on_older_keys() == {}

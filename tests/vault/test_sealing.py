import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from portal.vault import services as vault
from portal.vault.errors import Destroyed, KeyMissing, Undecryptable, VaultError
from portal.vault.models import SealedSecret
from tests.factories import people

pytestmark = pytest.mark.django_db
PLAINTEXT = "s3cret with ünïcode"


@pytest.fixture
def sealed() -> SealedSecret:
    return vault.seal(PLAINTEXT, customer=people.customer(), purpose="smtp password")


def test_sealed_secret_opens_from_the_database(sealed):
    stored = SealedSecret.objects.get(pk=sealed.pk)

    assert vault.unseal(stored) == PLAINTEXT


def test_nothing_stored_contains_the_secret(sealed):
    row = SealedSecret.objects.filter(pk=sealed.pk).values().get()

    assert not any(
        PLAINTEXT.encode() in (value if isinstance(value, bytes) else str(value).encode()) for value in row.values()
    )


@pytest.mark.parametrize("field", ["wrapped_key", "nonce", "ciphertext"])
def test_any_flipped_bit_makes_it_fail(sealed, field):
    whole = bytes(getattr(sealed, field))

    for bit in range(len(whole) * 8):
        altered = bytearray(whole)
        altered[bit // 8] ^= 1 << bit % 8
        setattr(sealed, field, bytes(altered))
        with pytest.raises(Undecryptable):
            vault.unseal(sealed)


@pytest.mark.parametrize("field", ["wrapped_key", "nonce", "ciphertext"])
@pytest.mark.parametrize("length", [0, 1, 11])
def test_cut_row_fails(sealed, field, length):
    setattr(sealed, field, bytes(getattr(sealed, field))[:length])

    with pytest.raises(VaultError):
        vault.unseal(sealed)


def test_row_moved_to_another_customer_does_not_open(sealed):
    SealedSecret.objects.filter(pk=sealed.pk).update(customer=people.customer())

    with pytest.raises(Undecryptable):
        vault.unseal(SealedSecret.objects.get(pk=sealed.pk))


def test_row_used_for_another_purpose_does_not_open(sealed):
    sealed.purpose = "hand-over"

    with pytest.raises(Undecryptable):
        vault.unseal(sealed)


def test_ciphertext_of_another_row_of_the_same_customer_does_not_open(sealed):
    other = vault.seal("another", customer=sealed.customer, purpose=sealed.purpose)
    for field in ("key_id", "wrapped_key", "nonce", "ciphertext"):
        setattr(sealed, field, getattr(other, field))

    with pytest.raises(Undecryptable):
        vault.unseal(sealed)


def test_row_that_names_a_key_outside_the_keyring_does_not_open(sealed):
    sealed.key_id = "../../etc/passwd"

    with pytest.raises(KeyMissing):
        vault.unseal(sealed)


def test_destroyed_secret_is_erased_for_good(sealed):
    vault.destroy(sealed)
    first = sealed.destroyed_at
    vault.destroy(sealed)

    stored = SealedSecret.objects.get(pk=sealed.pk)
    assert (bytes(stored.wrapped_key), bytes(stored.nonce), bytes(stored.ciphertext)) == (b"", b"", b"")
    assert (stored.fingerprint, stored.destroyed_at) == ("", first)
    with pytest.raises(Destroyed):
        vault.unseal(stored)


def test_same_text_has_the_same_fingerprint_for_one_customer_only(sealed):
    again = vault.seal(PLAINTEXT, customer=sealed.customer, purpose="other")
    elsewhere = vault.seal(PLAINTEXT, customer=people.customer(), purpose="smtp password")

    assert again.fingerprint == sealed.fingerprint
    assert elsewhere.fingerprint != sealed.fingerprint
    assert again.ciphertext != sealed.ciphertext


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(text=st.text())
def test_every_text_comes_back_as_it_was(text, sealed):
    secret = vault.seal(text, customer=sealed.customer, purpose="any")

    assert vault.unseal(secret) == text

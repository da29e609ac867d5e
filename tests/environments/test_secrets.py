"""The secrets of an environment, as the steps of a run and its plans use them."""

import pytest

from environments.models import EnvironmentSecret
from environments.provisioning.ports import CallFailed, ChangeRefused, Failure
from environments.provisioning.step import StepRefused
from environments.services import runs
from environments.services.journal import RunJournal
from environments.services.secrets import LookingSecrets, RunSecrets
from portal.audit.models import AuditEvent
from portal.vault import services as vault
from portal.vault.errors import KeyServiceUnavailable
from portal.vault.models import SealedSecret
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production(behind):
    made = environments.environment()
    behind.stand_for(made)
    return made


@pytest.fixture
def secrets(production):
    run = runs.claim(environments.run_of(production, "vpn_configuration").pk)
    return RunSecrets(production, RunJournal(runs.lease_of(run)))


def test_what_is_kept_is_sealed_for_the_customer_and_known_to_later_looks(production, secrets):
    reference = secrets.keep("vpn_configuration", "the keys")
    sealed = SealedSecret.objects.get(pk=reference)
    assert vault.unseal(sealed) == "the keys"
    assert sealed.customer == production.customer
    for known in (secrets, LookingSecrets(production)):
        assert known.kept("vpn_configuration") == reference
        assert known.holds("vpn_configuration", "the keys")
        assert not known.holds("vpn_configuration", "other keys")
        assert not known.holds("another", "the keys")


def test_new_one_takes_the_place_of_the_old_one_which_is_destroyed(production, secrets):
    first = secrets.keep("vpn_configuration", "the keys")
    second = secrets.keep("vpn_configuration", "other keys")
    assert SealedSecret.objects.get(pk=first).destroyed_at
    assert EnvironmentSecret.objects.get(environment=production).secret_id == second


def test_forgotten_one_is_destroyed(production, secrets):
    reference = secrets.keep("vpn_configuration", "the keys")
    secrets.forget("vpn_configuration")
    secrets.forget("vpn_configuration")
    assert SealedSecret.objects.get(pk=reference).destroyed_at
    assert secrets.kept("vpn_configuration") == LookingSecrets(production).kept("vpn_configuration") == ""


def test_record_says_that_it_was_sealed_and_not_what(production, secrets):
    secrets.keep("vpn_configuration", "the keys")
    event = AuditEvent.objects.get(action="environment_secret.sealed")
    assert event.after == {"name": "vpn_configuration"}


def test_secret_of_the_customer_is_opened_and_never_another_customers(production, secrets):
    own = vault.seal("smtp password", customer=production.customer, purpose="intake smtp.password")
    other = vault.seal("theirs", customer=people.customer(), purpose="intake smtp.password")
    assert secrets.open(own.pk) == "smtp password"
    with pytest.raises(StepRefused, match="cannot be opened"):
        secrets.open(other.pk)


def test_key_service_that_is_away_is_tried_again_and_ends_no_run(secrets, monkeypatch):
    def away(*_, **__):
        raise KeyServiceUnavailable("KMS")

    monkeypatch.setattr(vault, "seal", away)
    with pytest.raises(CallFailed) as failed:
        secrets.keep("vpn_configuration", "the keys")
    assert failed.value.failure == Failure.RETRYABLE
    monkeypatch.undo()
    assert secrets.keep("vpn_configuration", "the keys")


def test_whoever_only_looks_seals_and_opens_nothing(production):
    looking = LookingSecrets(production)
    for act in (lambda: looking.keep("a", "b"), lambda: looking.open("sec_1"), lambda: looking.forget("a")):
        with pytest.raises(ChangeRefused):
            act()

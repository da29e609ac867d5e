"""The vault on KMS, with moto in KMS's place."""

import boto3
import pytest
from moto import mock_aws

from portal import aws
from portal.vault import rotation
from portal.vault import services as vault
from portal.vault.errors import KeyMissing, KeyServiceUnavailable, Undecryptable
from portal.vault.kms import KmsKey
from portal.vault.models import SealedSecret
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def kms(settings, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        aws.forget_clients()
        client = boto3.client("kms", region_name=settings.PROVIDER_REGION)
        settings.VAULT_PROVIDER = "kms"
        settings.VAULT_KMS_KEY_ID = client.create_key()["KeyMetadata"]["Arn"]
        yield client
    aws.forget_clients()


def test_secret_sealed_by_kms_opens(kms, settings):
    secret = vault.seal("text", customer=people.customer(), purpose="any")

    stored = SealedSecret.objects.get(pk=secret.pk)
    assert stored.key_id == settings.VAULT_KMS_KEY_ID
    assert vault.unseal(stored) == "text"


def test_row_moved_to_another_customer_is_refused_by_kms(kms):
    secret = vault.seal("text", customer=people.customer(), purpose="any")
    secret.customer = people.customer()

    with pytest.raises(Undecryptable):
        vault.unseal(secret)


def test_context_holds_ids_only(kms, monkeypatch):
    contexts = []
    whole = KmsKey._call

    def watch(self, operation, key_id, context, **params):
        contexts.append(context)
        return whole(self, operation, key_id, context, **params)

    monkeypatch.setattr(KmsKey, "_call", watch)
    customer = people.customer("Acme canary")
    secret = vault.seal("text", customer=customer, purpose="any")

    assert contexts == [{"tenant": customer.pk, "secret": secret.pk}]


def test_another_key_takes_over_by_a_rewrap(kms, settings):
    secret = vault.seal("text", customer=people.customer(), purpose="any")
    settings.VAULT_KMS_KEY_ID = kms.create_key()["KeyMetadata"]["Arn"]

    assert rotation.rewrap().rewrapped == 1
    assert rotation.left_on_older_keys() == {}
    assert vault.unseal(SealedSecret.objects.get(pk=secret.pk)) == "text"


def test_key_that_kms_does_not_have_is_named(kms):
    secret = vault.seal("text", customer=people.customer(), purpose="any")
    secret.key_id = "11111111-2222-3333-4444-555555555555"

    with pytest.raises((KeyMissing, Undecryptable)):
        vault.unseal(secret)


def test_kms_that_does_not_answer_is_no_broken_secret(kms, monkeypatch):
    secret = vault.seal("text", customer=people.customer(), purpose="any")

    def fail(*args, **params):
        raise aws.AwsError(aws.Kind.RETRYABLE, "ConnectTimeoutError", "AWS did not answer.")

    monkeypatch.setattr(aws, "call", fail)
    with pytest.raises(KeyServiceUnavailable):
        vault.unseal(secret)

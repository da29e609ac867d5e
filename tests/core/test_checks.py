import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.core import checks

STRONG = "kq3Zp0v-Yx8Tn4Rb6Lw2Jm9Hc7Gd5Fs1Aa_Ee.Uu+Ii=Oo~Pp!Ww"


@pytest.mark.parametrize("key", ["", "short", "a" * 60, "ab" * 40, STRONG[:49]])
def test_portal_refuses_to_start_with_a_weak_key(settings, key):
    settings.SECRET_KEY = key

    assert [error.id for error in checks.secret_key(None)] == ["portal.E001"]
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        checks.refuse_to_start_unsafe()


def test_portal_refuses_to_start_for_every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]

    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        checks.refuse_to_start_unsafe()


def test_portal_starts_with_a_strong_key(settings):
    settings.SECRET_KEY = STRONG

    checks.refuse_to_start_unsafe()


def test_debug_takes_any_key(settings):
    settings.DEBUG = True
    settings.SECRET_KEY = "short"

    assert checks.secret_key(None) == []


@pytest.mark.parametrize("provider", ["kms", "vault", ""])
def test_portal_refuses_to_start_without_a_master_key(settings, provider):
    settings.VAULT_PROVIDER = provider

    with pytest.raises(ImproperlyConfigured, match="master key"):
        checks.refuse_to_start_unsafe()

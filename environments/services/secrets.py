"""The secrets of an environment: those that the customer gave, opened for a step; and those that AWS gave, sealed for the
customer.

Steps look at what is sealed without the database, which only the journal's writer touches during a run: references and
fingerprints are read beforehand, when nobody waits.
"""

from collections.abc import Callable

from environments.models import Environment, EnvironmentSecret
from environments.provisioning.ports import CallFailed, ChangeRefused, Failure
from environments.provisioning.step import StepRefused
from environments.services.journal import RunJournal
from portal.audit.services import record
from portal.core import clock
from portal.vault import services as vault
from portal.vault.errors import KeyServiceUnavailable, VaultError
from portal.vault.models import SealedSecret


class LookingSecrets:
    """What is sealed for an environment, for plans and checks: they compare, and open nothing."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.customer = environment.customer
        rows = EnvironmentSecret.objects.filter(environment=environment).select_related("secret")
        self._known = {row.name: (row.secret_id, row.secret.fingerprint) for row in rows}

    def open(self, reference: str) -> str:
        raise ChangeRefused(f"secret {reference} opened while only looking")

    def keep(self, name: str, value: str) -> str:
        raise ChangeRefused(f"secret {name} kept while only looking")

    def forget(self, name: str) -> None:
        raise ChangeRefused(f"secret {name} destroyed while only looking")

    def kept(self, name: str) -> str:
        return self._known.get(name, ("", ""))[0]

    def holds(self, name: str, value: str) -> bool:
        reference, fingerprint = self._known.get(name, ("", ""))
        return bool(reference) and fingerprint == vault.fingerprint(value, customer=self.customer)


class RunSecrets(LookingSecrets):
    """The vault as a run's steps use it."""

    def __init__(self, environment: Environment, journal: RunJournal) -> None:
        super().__init__(environment)
        self._journal = journal

    def open(self, reference: str) -> str:
        """Return a secret of this environment's customer. Raises `StepRefused`, `CallFailed`, `LeaseLost`."""
        return self._ask(lambda: vault.unseal(SealedSecret.objects.get(pk=reference, customer=self.customer)))

    def keep(self, name: str, value: str) -> str:
        """Seal it, in place of what was sealed under the name. Raises `StepRefused`, `CallFailed`, `LeaseLost`."""
        reference = self._ask(lambda: self._seal(name, value))
        self._known[name] = (reference, vault.fingerprint(value, customer=self.customer))
        return reference

    def forget(self, name: str) -> None:
        self._ask(lambda: self._destroy(name))
        self._known.pop(name, None)

    def _seal(self, name: str, value: str) -> str:
        self._destroy(name)
        sealed = vault.seal(value, customer=self.customer, purpose=f"environment {name}")
        EnvironmentSecret.objects.create(
            customer=self.customer, environment=self.environment, name=name, secret=sealed, sealed_at=clock.now()
        )
        record("environment_secret.sealed", self.environment, by=None, customer=self.customer, after={"name": name})
        return sealed.pk

    def _destroy(self, name: str) -> str:
        for row in EnvironmentSecret.objects.filter(environment=self.environment, name=name).select_related("secret"):
            row.delete()
            vault.destroy(row.secret)
            after = {"name": name}
            record("environment_secret.destroyed", self.environment, by=None, customer=self.customer, after=after)
        return ""

    def _ask(self, act: Callable[[], str]) -> str:
        """Do it on the writer's thread, in a transaction, and return what it gave. What the vault refuses is the step's to
        hear, not the writer's, for whom it would be the end of the run."""
        given: list[str] = []
        refused: list[VaultError | SealedSecret.DoesNotExist] = []

        def write() -> None:
            given.clear()
            refused.clear()
            try:
                given.append(act())
            except (VaultError, SealedSecret.DoesNotExist) as error:
                refused.append(error)

        self._journal.durably(write)
        if refused:
            raise _explained(refused[0])
        return given[0]


def _explained(error: Exception) -> Exception:
    if isinstance(error, KeyServiceUnavailable):
        return CallFailed(Failure.RETRYABLE, "KeyServiceUnavailable", "The key service did not answer.")
    return StepRefused(
        "A secret of this environment cannot be opened: its key is missing, or it was destroyed.",
        remedy="Have the customer enter it anew in their answers and approve them, or restore the vault's keys. Then retry "
        "this step.",
        code="secret_not_opened",
    )

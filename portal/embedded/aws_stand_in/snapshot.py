"""The stand-in's memory on disk: written within a second of every change, read at start.

The process forks and the child writes, so that requests pause only for the fork. The file is replaced in one step. Its form is
tied to moto's version: with another one the stand-in starts empty, and says so.
"""

import copyreg
import os
import sys
import threading
import traceback
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dill
import moto
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto import backends as moto_backends
from moto.ssm.models import ParameterDict

SERVICES = (
    "acm",
    "backup",
    "cloudformation",
    "cloudtrail",
    "cloudwatch",
    "directconnect",
    "ec2",
    "elbv2",
    "firehose",
    "guardduty",
    "iam",
    "kms",
    "logs",
    "organizations",
    "rds",
    "resourcegroupstaggingapi",
    "route53",
    "route53resolver",
    "s3",
    "secretsmanager",
    "servicequotas",
    "ses",
    "sesv2",
    "sns",
    "ssm",
    "sts",
)
_WEAKLY_HELD = ("vpc_refs", "vpc_pcx_refs", "backend_refs")
_GATHER_SECONDS = 0.2


def save(path: Path) -> None:
    """Write everything the stand-in knows. No request may be under way. Leaves the file as it was where that fails."""
    held = {
        service: {
            account: dict(dict.items(regions)) for account, regions in dict.items(moto_backends.get_backend(service))
        }
        for service in SERVICES
    }
    partial = path.with_suffix(f".{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            dill.dump(moto.__version__, file)  # apart: another version's objects could not even be read
            dill.dump(held, file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load(path: Path) -> bool:
    """Fill moto's backends from the file. Returns False where there is none, or it is another version's."""
    if not path.exists():
        return False
    for orphan in path.parent.glob(f"{path.stem}.*.partial"):
        orphan.unlink()
    with path.open("rb") as file:
        version = dill.load(file)  # noqa: S301 - our own file, in our own data folder
        if version != moto.__version__:
            sys.stderr.write(
                f"The state of the AWS stand-in is moto {version}'s; this is {moto.__version__}. It starts empty.\n"
            )
            return False
        _restore(dill.load(file))  # noqa: S301
    return True


def _restore(held: dict[str, dict[str, dict[str, Any]]]) -> None:
    for service, accounts in held.items():
        for account, regions in accounts.items():
            for region, backend in regions.items():
                moto_backends.get_backend(service)[account][region] = backend
                _hold_weakly(backend)
    _own_buckets()
    _own_accounts()


def _own_buckets() -> None:
    """Say again whose each bucket is; moto keeps that outside its backends and would let the name be taken a second time."""
    every = moto_backends.get_backend("s3")
    for account, partitions in list(dict.items(every)):
        for partition, backend in dict.items(partitions):
            every.bucket_accounts.update(dict.fromkeys(backend.buckets, (partition, account)))


def _own_accounts() -> None:
    """Say again which organization each account is in; moto keeps that outside its backends too."""
    every = moto_backends.get_backend("organizations")
    for account, partitions in list(dict.items(every)):
        for partition, backend in dict.items(partitions):
            members = [member.id for member in backend.accounts if member.id != account]
            every.master_accounts.update(dict.fromkeys(members, (account, partition)))


def _hold_weakly(backend: Any) -> None:
    """Register the backend where its class keeps weak references: peering across accounts finds the other side there."""
    for name in _WEAKLY_HELD:
        held = getattr(type(backend), name, None)
        if held is not None:
            held[type(backend)].add(weakref.ref(backend))


def _read_key(pem: bytes) -> Any:
    return serialization.load_pem_private_key(pem, password=None)


def _write_key(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> tuple[Callable[[bytes], Any], tuple[bytes]]:
    plain = serialization.NoEncryption()
    return _read_key, (key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain),)


def _read_certificate(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def _write_certificate(certificate: x509.Certificate) -> tuple[Callable[[bytes], Any], tuple[bytes]]:
    return _read_certificate, (certificate.public_bytes(serialization.Encoding.PEM),)


def _read_parameters(said: dict[str, Any], held: dict[str, Any]) -> ParameterDict:
    parameters = ParameterDict(said["account_id"], said["region_name"])
    vars(parameters).update(said)
    dict.update(parameters, held)
    return parameters


def _write_parameters(parameters: ParameterDict) -> tuple[Callable[..., ParameterDict], tuple[dict[str, Any], ...]]:
    return _read_parameters, (vars(parameters), dict(dict.items(parameters)))


# The keys of KMS, the certificates of ACM and the parameters of SSM hold these, and they cannot be pickled by themselves.
copyreg.pickle(type(rsa.generate_private_key(65537, 1024)), _write_key)  # noqa: S505
copyreg.pickle(type(ec.generate_private_key(ec.SECP256R1())), _write_key)
copyreg.pickle(x509.Certificate, _write_certificate)
copyreg.pickle(ParameterDict, _write_parameters)


class Gate:
    """Lets requests through, and holds them for the moment in which the memory must stand still."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._held = False

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._held)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def still(self, act: Any) -> Any:
        """Wait until no request is inside, then `act` while none can enter."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held)
            self._held = True
            self._changed.wait_for(lambda: self._inside == 0)
        try:
            return act()
        finally:
            with self._changed:
                self._held = False
                self._changed.notify_all()


class Keeper:
    """Writes the memory soon after each change, on a thread of its own; one writing at a time."""

    def __init__(self, path: Path, gate: Gate) -> None:
        self._path, self._gate = path, gate
        self._dirty = threading.Event()
        self._writing = threading.Lock()
        threading.Thread(target=self._serve, name="keeper", daemon=True).start()

    def note_change(self) -> None:
        self._dirty.set()

    def close(self) -> None:
        """Write a last time, once nothing begun earlier can come after it."""
        with self._writing:
            self._gate.still(lambda: save(self._path))

    def _serve(self) -> None:
        while self._dirty.wait():
            threading.Event().wait(_GATHER_SECONDS)
            with self._writing:
                self._dirty.clear()
                os.waitpid(self._gate.still(self._fork), 0)

    def _fork(self) -> int:
        child = os.fork()
        if child == 0:
            try:
                save(self._path)
            except BaseException:  # noqa: BLE001 - a child must never go on as a second server
                sys.stderr.write(f"The state of the AWS stand-in was not kept.\n{traceback.format_exc()}")
                sys.stderr.flush()
            os._exit(0)
        return child

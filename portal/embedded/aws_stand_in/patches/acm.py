"""ACM: a token requests one certificate; each domain has a record of its own, and is validated once that is published."""

import hashlib
from typing import Any

from moto.acm.models import AWSCertificateManagerBackend, CertBundle, acm_backends


def install() -> None:
    _request_once()
    _give_each_domain_its_record()


def dns_is_published(domain: str) -> None:
    """Issue every certificate that waits for the domain; moto issues each after a minute by itself."""
    for certificate in _waiting():
        if certificate.common_name == domain:
            certificate.status = "ISSUED"


def records_are_published(names: set[str]) -> None:
    """Issue every certificate whose records are all among the names."""
    for certificate in _waiting():
        options = certificate.describe()["Certificate"]["DomainValidationOptions"]
        if {option["ResourceRecord"]["Name"].rstrip(".") for option in options} <= names:
            certificate.status = "ISSUED"


def _waiting() -> list[CertBundle]:
    return [
        certificate
        for regions in list(dict.values(acm_backends))
        for backend in list(dict.values(regions))
        for certificate in list(backend._certificates.values())
        if certificate.status == "PENDING_VALIDATION"
    ]


def _request_once() -> None:
    request = AWSCertificateManagerBackend.request_certificate

    def request_once(self: Any, domain_name: str, idempotency_token: str, *given: Any, **more: Any) -> Any:
        known = self._get_arn_from_idempotency_token(idempotency_token)  # forgotten after an hour, as on AWS
        if known in self._certificates and self._certificates[known].common_name == domain_name:
            return known
        self._idempotency_tokens.pop(idempotency_token, None)
        return request(self, domain_name, idempotency_token, *given, **more)

    AWSCertificateManagerBackend.request_certificate = request_once


def _give_each_domain_its_record() -> None:
    describe = CertBundle.describe

    def describe_own(self: Any) -> dict[str, Any]:
        described: dict[str, Any] = describe(self)
        account_id = self.arn.split(":")[4]
        for option in described["Certificate"].get("DomainValidationOptions", []):
            record, domain = option["ResourceRecord"], option["DomainName"].removeprefix("*.")
            mark = hashlib.sha256(f"{account_id} {domain}".encode()).hexdigest()
            record["Name"] = f"_{mark[:32]}.{domain}."
            record["Value"] = f"_{mark[32:]}.ykybfrwcxw.acm-validations.aws."
        return described

    CertBundle.describe = describe_own

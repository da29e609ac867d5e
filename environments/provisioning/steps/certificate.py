"""The certificate by which the load balancer answers under the customer's public domain (AWS Certificate Manager).

Amazon issues it once the customer has published one CNAME record in the domain's public DNS, within 72 hours, and renews it as
long as the record stays. It is asked for only where there is a public domain and a load balancer: products on a single machine
keep their own.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, CUSTOMER, Context, Pending, Wanted

GIVES_UP_AFTER = timedelta(hours=72)
"""Source: ACM User Guide, "DNS validation": the request times out after 72 hours."""

_PREPARING = Pending(AWS, "AWS is preparing the record that proves the domain.", timedelta(seconds=2))
_ISSUED, _ASKED = "ISSUED", "PENDING_VALIDATION"


def is_balanced(pattern: str) -> bool:
    """Return whether a load balancer stands before the nodes of this deployment pattern."""
    return pattern != "single"


def domain_of(spec: Spec) -> str:
    """Return the public names that the certificate is for: `*.integration.acme.example`, or with the environment's own label
    where it is not production."""
    inner = spec.products[0].hostname.removesuffix(f".{spec.zone or spec.dns.zone}")
    return ".".join(("*", *inner.split(".")[1:], spec.domain))


class Certificate(Collection):
    """outputs: {"arn": its ARN, "domain": the names that it is for}."""

    key = "certificate"
    title = "Certificate of the public domain"
    doing = "Waiting for the record that proves the public domain"
    done = "Amazon issued the certificate of the public domain"
    requires = ("customer_access",)
    settles = True
    expected = timedelta(days=1)
    waits_for = CUSTOMER
    permissions = (
        "acm:AddTagsToCertificate",
        "acm:DeleteCertificate",
        "acm:DescribeCertificate",
        "acm:ListCertificates",
        "acm:ListTagsForCertificate",
        "acm:RequestCertificate",
    )
    simulated = "The stand-in issues the certificate after a minute and asks no DNS server."

    def applies(self, spec: Spec) -> bool:
        return bool(spec.domain) and any(is_balanced(product.pattern) for product in spec.products)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("certificate", domain_of(spec), {}),) if self.applies(spec) else ()

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One read lists all; ours is told by its tags. One that is dead or for another domain goes, under a name of its own,
        as soon as no load balancer uses it."""
        wanted = [one.name for one in self.wanted(ctx.spec)]
        rows = ctx.customer.pages("acm", "list_certificates", "CertificateSummaryList")
        asked = [row for row in rows if row["DomainName"].startswith("*.")]
        found = {}
        for row, ours in zip(asked, at_once(lambda row: self._is_ours(ctx, row), asked), strict=True):
            arn, status, domain = row["CertificateArn"], row["Status"], row["DomainName"]
            if ours and domain in wanted and status in (_ISSUED, _ASKED):
                found[domain] = There(arn, pending=self._waiting(ctx, arn) if status == _ASKED else None)
            elif ours and not row.get("InUse"):
                found[f"{domain} ({status.lower()}, {arn[-8:]})"] = There(arn)
        return found

    def _is_ours(self, ctx: Context, row: Mapping[str, Any]) -> bool:
        tags = ctx.customer.read("acm", "list_tags_for_certificate", CertificateArn=row["CertificateArn"])["Tags"]
        return names.carries(tags, names.tags(ctx.spec, self.key))

    def _waiting(self, ctx: Context, arn: str) -> Pending:
        """Return what the customer is to publish, as soon as AWS says it."""
        certificate = ctx.customer.read("acm", "describe_certificate", CertificateArn=arn)["Certificate"]
        options = certificate.get("DomainValidationOptions", ())
        record = next((one["ResourceRecord"] for one in options if one.get("ResourceRecord")), None)
        if record is None:
            return _PREPARING
        reason = (
            f"Publish this record in the public DNS of {ctx.spec.domain} and keep it there: Amazon renews the certificate "
            f"by it.\n{record['Type']} {record['Name'].rstrip('.')} {record['Value'].rstrip('.')}"
        )
        return Pending(CUSTOMER, reason, ctx.poll_customer, give_up_at=certificate["CreatedAt"] + GIVES_UP_AFTER)

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """The token holds the minute: for an hour, ACM answers the same one with the same certificate, be it deleted since."""
        answer = ctx.customer.change(
            "acm",
            "request_certificate",
            DomainName=wanted.name,
            ValidationMethod="DNS",
            IdempotencyToken=names.token(ctx.spec, self.key, wanted.name, f"{ctx.now:%Y%m%d%H%M}"),
            Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
        )
        return There(answer["CertificateArn"], pending=_PREPARING)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("acm", "delete_certificate", CertificateArn=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        name = domain_of(ctx.spec)
        return {"arn": there[name].aws_id, "domain": name}

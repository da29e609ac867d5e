"""The products' public domain is in public DNS; once the products stand, their addresses answer with a fitting certificate."""

from collections.abc import Iterable

from onboarding.checks.definition import Known, Wanted, asking
from portal.probes import dns, https


def wanted(known: Known) -> Iterable[Wanted]:
    domain = known.of("products").get("domain")
    if not domain:
        return
    yield Wanted(
        key="products.delegated",
        title=f"{domain} is in public DNS",
        pointer="domain",
        inputs={"domain": domain},
        run=asking(dns.delegated, domain),
    )
    for index, url in enumerate(known.urls):
        yield Wanted(
            key=f"products.fits.{index}",
            title=f"{url} answers with a certificate that fits",
            pointer="domain",
            inputs={"url": url},
            run=asking(https.fits, url),
        )

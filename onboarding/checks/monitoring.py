"""The customer's HTTP proxy lets alerts out (row S24)."""

from collections.abc import Iterable

from onboarding.checks.definition import Known, Means, Wanted
from portal.probes import proxy
from portal.probes.outcome import Outcome

_HTTPS = 443
_ALERTS = ("monitoring", "sns", "logs")
"""What metrics, alerts and logs are sent to. Source: AWS General Reference, endpoints of CloudWatch, SNS, CloudWatch Logs."""


def wanted(known: Known) -> Iterable[Wanted]:
    answers = known.of("monitoring")
    url = answers.get("http_proxy")
    regions = sorted({row["region"] for row in known.environments() if "region" in row})
    if answers.get("internet_reachable") is not False or not url or not regions:
        return
    endpoints = [(f"{service}.{region}.amazonaws.com", _HTTPS) for region in regions for service in _ALERTS]
    username, password = answers.get("proxy_username"), answers.get("proxy_password")

    def tunnels(means: Means) -> Outcome:
        secret = means.secret(password)
        return proxy.tunnels(url, endpoints, username=username or "", password=secret, fence=means.fence)

    yield Wanted(
        key="monitoring.tunnels",
        title="The proxy lets alerts out",
        pointer="http_proxy",
        inputs={"url": url, "username": username, "password": password, "regions": regions},
        run=tunnels,
    )

"""What happens outside AWS and is noticed there: DNS records are published. Nobody publishes any here: it is told."""

from portal.embedded.aws_stand_in.patches import acm, ses

PATH = "/outside/dns"
"""Where another process tells it, by a POST with the name as its body."""


def dns_is_published(name: str) -> None:
    """Let AWS find the records of a name: a domain of SES, its MAIL FROM domain, or a certificate's domain."""
    ses.dns_is_published(name)
    acm.dns_is_published(name)

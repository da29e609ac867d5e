"""One file per service, or per family of one. A new one is one line here."""

from tests.fakes.cloud.services import cloudtrail, ec2_peering, ec2_routes, route53, s3, sts

__all__ = ["cloudtrail", "ec2_peering", "ec2_routes", "route53", "s3", "sts"]

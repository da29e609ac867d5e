"""Words for what AWS names in its own way."""

_ABBREVIATIONS = {
    "acm": "ACM",
    "aws": "AWS",
    "cloudtrail": "CloudTrail",
    "db": "database",
    "dhcp": "DHCP",
    "dns": "DNS",
    "iam": "IAM",
    "ip": "IP",
    "kms": "KMS",
    "nat": "NAT",
    "s3": "S3",
    "ses": "SES",
    "sns": "SNS",
    "ssm": "SSM",
    "vpc": "VPC",
    "vpn": "VPN",
}


def kind_words(kind: str) -> str:
    """Return such as "VPC peering" for `vpc_peering`."""
    words = " ".join(_ABBREVIATIONS.get(word, word) for word in kind.split("_"))
    return words[:1].upper() + words[1:]

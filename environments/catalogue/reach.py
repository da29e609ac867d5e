"""The ports that DNS, mail, time and tunnels use, whatever the answers say.

Sources: RFC 1035 (DNS, UDP and TCP 53), RFC 5905 (NTP, UDP 123), AWS Site-to-Site VPN user guide, "Firewall rules" (UDP 500,
UDP 4500, IP protocol 50); read on 2026-11-24.
"""

DNS = ((53, "udp"), (53, "tcp"))
NTP = ((123, "udp"),)
IPSEC = ((500, "udp"), (4500, "udp"), (None, "esp"))
"""ESP is an IP protocol of its own and has no ports."""

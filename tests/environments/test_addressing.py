from ipaddress import IPv4Network

import pytest

from environments.catalogue.regions import REGIONS, zones
from environments.provisioning.addressing import LARGEST, SMALLEST, cut, product_address


@pytest.mark.parametrize("prefix", range(LARGEST, SMALLEST + 1))
def test_every_size_gives_four_subnets_that_do_not_overlap(prefix):
    block = IPv4Network(f"10.20.0.0/{prefix}")
    made = cut(str(block))
    subnets = [IPv4Network(one) for one in (*made.private, *made.public)]
    assert all(one.subnet_of(block) for one in subnets)
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one != other)
    assert all(one.prefixlen <= 26 for one in subnets), "room for a load balancer and for growth"


def test_products_answer_in_the_first_subnet():
    first = IPv4Network(cut("10.20.0.0/22").private[0])
    addresses = [product_address("10.20.0.0/22", position) for position in range(3)]
    assert addresses == ["10.20.0.10", "10.20.0.11", "10.20.0.12"]
    assert all(IPv4Network(address).subnet_of(first) for address in addresses)


@pytest.mark.parametrize("region", REGIONS)
def test_the_two_zones_of_a_region_are_there(region):
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend  # takes a second to import

    known = {zone.name for zone in RegionsAndZonesBackend.zones[region]}
    assert set(zones(region)) <= known
    assert len(set(zones(region))) == 2

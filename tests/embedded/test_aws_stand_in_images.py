"""The publishers' images are there for whoever asks for them, in every Region."""

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS

UBUNTU = "ubuntu/images/hvm-ssd*/ubuntu-jammy-22.04-amd64-server-*"


def _images(stand_in, account, **given):
    return stand_in.customer(account, "ec2").describe_images(**given)["Images"]


def test_publishers_offer_several_builds_of_each_system(stand_in):
    account = CUSTOMER_ACCOUNTS[0]
    found = _images(
        stand_in,
        account,
        Owners=["099720109477", "309956199498"],
        Filters=[
            {"Name": "name", "Values": [UBUNTU, "RHEL-9.*_HVM-*-x86_64-*-Hourly2-GP3"]},
            {"Name": "architecture", "Values": ["x86_64"]},
            {"Name": "state", "Values": ["available"]},
        ],
    )
    assert sorted(image["OwnerId"] for image in found) == ["099720109477"] * 2 + ["309956199498"] * 2
    assert all(image["Public"] for image in found)


def test_the_same_image_has_another_id_in_another_region_and_the_same_one_again(stand_in):
    at_home, abroad = CUSTOMER_ACCOUNTS[0], CUSTOMER_ACCOUNTS[4]
    first, again, elsewhere = (
        {image["ImageId"] for image in _images(stand_in, account, Owners=["099720109477"])}
        for account in (at_home, at_home, abroad)
    )
    assert first == again
    assert not first & elsewhere


def test_nobody_else_has_any(stand_in):
    assert _images(stand_in, CUSTOMER_ACCOUNTS[0], Owners=["self"]) == []

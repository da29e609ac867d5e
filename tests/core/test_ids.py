import time

from portal.accounts.models import Customer
from portal.core.ids import new_id


def test_an_id_names_its_kind_and_has_26_letters() -> None:
    prefix, letters = new_id("env").split("_")

    assert prefix == "env"
    assert len(letters) == 26


def test_a_later_id_sorts_after_an_earlier_one() -> None:
    earlier = new_id("run")
    time.sleep(0.002)

    assert earlier < new_id("run")


def test_ten_thousand_ids_of_one_moment_differ() -> None:
    assert len({new_id("cal") for _ in range(10_000)}) == 10_000


def test_a_row_has_its_id_before_it_is_saved() -> None:
    assert Customer(name="Acme").pk.startswith("cus_")

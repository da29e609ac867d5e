"""The sample customers, one at each stage. Each story says how far its onboarding got, and why it is not further."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.accounts.models import User
from portal.accounts.services import customers
from portal.accounts.states import CustomerRole
from portal.embedded.aws_stand_in.accounts import CustomerAccount
from portal.embedded.seed.answers import answers_for
from portal.embedded.seed.journey import Journey
from portal.embedded.seed.people import Person, contact, create_contact


@dataclass(frozen=True, slots=True)
class Story:
    """`account_id` is the customer's account in the stand-in; `tell` walks the open journey as far as it got."""

    account_id: str
    title: str
    time_zone: str
    people: tuple[Person, ...]
    products: tuple[str, ...]
    tell: Callable[[Journey], None]


def begin(journey: Journey) -> None:
    journey.answer("products", "remote_access", "dns", "ntp", "monitoring")
    journey.submit("dns", "monitoring")
    journey.approve("dns")
    journey.send_back(
        "monitoring",
        "alert_emails",
        "operations@ is read in office hours only. Add an address that somebody reads at night too.",
    )


def wait_for_review(journey: Journey) -> None:
    journey.answer()
    journey.submit()
    journey.approve("products", "dns", "ntp", "logs")


def wait_for_the_customer(journey: Journey) -> None:
    journey.answer()
    journey.submit()
    journey.approve()
    journey.start_runs()
    journey.create_role()


def provisioned(journey: Journey) -> None:
    wait_for_the_customer(journey)
    journey.publish_records()
    journey.accept_peering()
    journey.configure_router()


def verify(journey: Journey) -> None:
    provisioned(journey)
    journey.prove_that_alerts_arrive()
    journey.sign(leave_open=("firewall_ports_opened",))


def wait_for_the_second_person(journey: Journey) -> None:
    provisioned(journey)
    journey.prove_that_alerts_arrive()
    journey.sign()
    journey.request_hand_overs()


def wait_for_the_recipient(journey: Journey) -> None:
    wait_for_the_second_person(journey)
    journey.release()


def live(journey: Journey) -> None:
    wait_for_the_recipient(journey)
    journey.receive()


STORIES: tuple[Story, ...] = (
    Story(
        "222222222222",
        "Order integration platform",
        "Europe/Berlin",
        (
            contact("Hanna Brandt", "hanna@northwind.example", "Head of platforms", CustomerRole.ADMINISTRATOR),
            contact("Jonas Weber", "jonas@northwind.example", "Network engineer"),
            contact("Lena Vogt", "lena@northwind.example", "IT controlling", CustomerRole.VIEWER),
        ),
        ("api-manager", "micro-integrator"),
        begin,
    ),
    Story(
        "333333333333",
        "Claims API programme",
        "Europe/London",
        (contact("Oliver Grant", "oliver@albion-mutual.example", "Programme lead", CustomerRole.ADMINISTRATOR),),
        ("api-manager", "identity-server"),
        wait_for_review,
    ),
    Story(
        "444444444444",
        "Dealer portal identity",
        "Europe/Paris",
        (contact("Marcus Lefevre", "marcus@moreau.example", "Cloud architect", CustomerRole.ADMINISTRATOR),),
        ("identity-server",),
        wait_for_the_customer,
    ),
    Story(
        "555555555555",
        "Patient data exchange",
        "America/New_York",
        (contact("Grace Okafor", "grace@harborhealth.example", "IT operations manager", CustomerRole.ADMINISTRATOR),),
        ("micro-integrator", "identity-server"),
        verify,
    ),
    Story(
        "666666666666",
        "Open banking gateway",
        "Asia/Singapore",
        (contact("Sofia Lim", "sofia@straitsbank.example", "Platform owner", CustomerRole.ADMINISTRATOR),),
        ("api-manager", "identity-server"),
        wait_for_the_recipient,
    ),
    Story(
        "777777777777",
        "Grid telemetry integration",
        "Europe/Madrid",
        (contact("Ines Duarte", "ines@helios-energia.example", "Network architect", CustomerRole.ADMINISTRATOR),),
        ("micro-integrator",),
        provisioned,
    ),
    Story(
        "888888888888",
        "Loyalty API platform",
        "Australia/Sydney",
        (contact("Tom Walsh", "tom@koalarewards.example", "Engineering manager", CustomerRole.ADMINISTRATOR),),
        ("api-manager",),
        live,
    ),
)


def open_for(story: Story, account: CustomerAccount, staff: dict[str, User]) -> Journey:
    """Make the customer, its people and its onboarding, which nobody has answered yet."""
    customer = customers.create(name=account.name, by=staff["manager"], time_zone=story.time_zone)
    people = [create_contact(customer, person) for person in story.people]
    answers = answers_for(account, zone=f"{customer.slug}.internal", products=story.products, contact=people[0])
    journey = Journey(customer, people[0], staff, answers, story.title)
    journey.open()
    return journey

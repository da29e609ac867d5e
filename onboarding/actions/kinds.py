"""Every kind of customer action, as data: why, who, how, what we look at, and when the customer is reminded."""

from dataclasses import dataclass

from onboarding.actions import ladders
from onboarding.actions.ladders import Ladder


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `title` is what the customer reads first, and may name `{thing}`: a section or a checklist item.

    `how` are the steps by hand, in order; `command` a line to copy, with the names of `views.facts` in braces. `sees` says what
    is looked at. `looks`: whether the portal can look by itself, on demand too. `life` says when a request ends. `asks_again`:
    whether the customer's own people may have a request that ended made anew. `announced`: whether nobody else tells the
    customer that it has begun.
    """

    key: str
    title: str
    why: str
    takes: str
    who: str
    how: tuple[str, ...]
    sees: str
    command: str = ""
    ladder: Ladder = ladders.USUAL
    looks: bool = True
    life: str = "It stays open until it is done."
    asks_again: bool = False
    announced: bool = False


_STAYS = "Nothing is looked up here: a named person of yours says that it is done."

KINDS = (
    Kind(
        "customer_access",
        "Let the provider's role into your AWS account",
        "Everything in your account is made through roles that you create and can take away again. Until they are there, "
        "nothing can be looked at or made.",
        "10 minutes",
        "Whoever administers your AWS account",
        (
            "Download the template below. Its parameters are filled in for this account; nothing in it is secret.",
            "In the CloudFormation console choose Create stack and upload it, or run the command.",
            "Confirm that it makes IAM roles, and wait until the stack is complete.",
        ),
        "We try to enter by the role with the external ID, and that nobody enters without it.",
    ),
    Kind(
        "peering_acceptance",
        "Accept the peering request",
        "The peering joins your VPC to the one that your environment is operated from. AWS lets only the owner of a VPC "
        "accept it.",
        "2 minutes",
        "Your network team",
        (
            "Open the VPC console in the Region below, then Peering connections.",
            "Compare the requester's account and VPC with the two lines below. Accept only a request with exactly these.",
            "Choose Actions, Accept request.",
        ),
        "We look at the state of the peering in AWS.",
        "aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id {peering_id} --region {region}",
        ladders.PEERING,
        life="AWS lets a request end after 7 days. A new one can be sent then.",
        asks_again=True,
    ),
    Kind(
        "customer_routes",
        "Add the routes to the peering",
        "Traffic goes back to the provider's VPC only where your route tables lead there. One of them already sends this "
        "range elsewhere, and a route that somebody uses is never replaced.",
        "10 minutes",
        "Your network team",
        (
            "Open the route table that is named below in the VPC console.",
            "Find out whether the other route is still needed, and delete it where it is not.",
            "Add the route through the peering in its place, in the console or by the command, and choose Check now. What is "
            "missing in other route tables is added then.",
        ),
        "We read the route tables of your VPC.",
        "aws ec2 create-route --route-table-id {table_id} --destination-cidr-block {cidr} "
        "--vpc-peering-connection-id {peering_id} --region {region}",
        announced=True,
    ),
    Kind(
        "mail_records",
        "Publish the records of your mail domain",
        "Mail of this environment is sent from your domain. The records prove that the domain is yours and sign what is "
        "sent; they change nothing about the mail that you receive.",
        "10 minutes",
        "Whoever manages your public DNS",
        (
            "Add each record below to the public zone of your domain, with exactly this name and value.",
            "Many consoles append the domain by themselves: enter the name without it then.",
            "Leave underscores as they are, and take care that no space is copied along.",
        ),
        "We ask public DNS for each record, and Amazon SES whether it has seen them.",
        "dig +short {record_type} {record_name}",
        ladders.RECORDS,
        life="Amazon SES looks for 72 hours. After that the records are asked for anew.",
        asks_again=True,
    ),
    Kind(
        "certificate",
        "Publish the record of your certificate",
        "Your products answer under your public domain with a certificate of their own. The record proves that the domain "
        "is yours. Keep it: Amazon renews the certificate by it.",
        "10 minutes",
        "Whoever manages your public DNS",
        (
            "Add the record below to the public zone of your domain, with exactly this name and value.",
            "Keep it there, also after the certificate is issued.",
        ),
        "We ask AWS whether the certificate is issued.",
        "dig +short {record_type} {record_name}",
        ladders.RECORDS,
        life="Amazon looks for 72 hours. After that a new certificate is asked for.",
        asks_again=True,
    ),
    Kind(
        "alert_recipients",
        "Have everybody named confirm that alerts reach them",
        "AWS sends alerts only to whoever confirmed that they want them.",
        "2 minutes each",
        "Each person who is named below",
        (
            "Each of them looks for a message from AWS Notifications, in the folder for unwanted mail too.",
            "They choose Confirm subscription in it.",
            "Whoever has unsubscribed gets no other message: subscribe them to the topic again, in the SNS console of your "
            "account.",
        ),
        "We read from AWS who has confirmed.",
        life="A message that nobody answers ends after 3 days, and AWS sends another by itself.",
    ),
    Kind(
        "vpn_tunnels",
        "Configure your VPN router",
        "The tunnels to your data centre come up only when your router dials in.",
        "1 hour",
        "Your network team",
        (
            "Get the configuration of your router from the page below; it holds the keys of both tunnels.",
            "Enter it in your router, both tunnels: AWS takes one down for maintenance from time to time.",
            "Let your firewall pass UDP 500, UDP 4500 and ESP to both tunnel addresses.",
        ),
        "We read from AWS which of the two tunnels are up.",
        "aws ec2 describe-vpn-connections --region {region}",
    ),
    Kind(
        "direct_connect",
        "Get the Direct Connect line done",
        "The line is ordered and patched by people outside AWS, so only you can say how far it has come.",
        "Weeks in all, minutes for each milestone",
        "Your network team, with your network provider",
        (
            "Do what the milestone below asks for.",
            "Record it with its day and what proves it. The next milestone is asked for then, by itself.",
        ),
        "We look at the milestones that are recorded here.",
        "aws directconnect describe-connections --region {region}",
    ),
    Kind(
        "own_dns",
        "Enter the name mappings in your DNS server",
        "You answer for the names of this environment with your own DNS server, so only you can enter them.",
        "15 minutes",
        "Whoever manages your internal DNS",
        (
            "Enter every name of this environment with its address in your DNS server.",
            "Look one of them up from a machine that uses this server.",
            "Sign the checklist item and note what you looked up.",
        ),
        _STAYS,
        "dig +short {hostname}",
        looks=False,
        announced=True,
    ),
    Kind(
        "firewall_ports",
        "Open the ports of your firewall",
        "People and systems in your networks reach the products only through the ports that your firewall lets pass.",
        "Often days, with a change request",
        "Your network team",
        (
            "Take the port matrix as CSV or PDF and give it to whoever changes your firewall.",
            "Mark every row that is opened. When all of an environment are, its checklist item is signed in your name.",
        ),
        _STAYS,
        looks=False,
        announced=True,
    ),
    Kind(
        "sign_item",
        "Sign: {thing}",
        "Before the hand-over a named person of yours says that this is true.",
        "5 minutes",
        "Whoever can look at it",
        ("Look whether it is true.", "Sign the checklist item and note how you know."),
        _STAYS,
        looks=False,
        announced=True,
    ),
    Kind(
        "lost_item",
        "Make it true again: {thing}",
        "It was true, and your environment is run as if it were. It is yours, so only you can bring it back.",
        "Depends on what is missing",
        "Whoever looks after it",
        (
            "See below what is missing.",
            "Bring it back, and choose Check now.",
            "Ask your account manager where it is ours.",
        ),
        "We look at everything that this checklist item is computed from.",
    ),
    Kind(
        "changes_requested",
        "Change: {thing}",
        "A reviewer asked for a change. The environments are planned once every section is approved.",
        "10 minutes",
        "Whoever answered the section",
        ("Open the section: what is asked for stands above each answer.", "Change the answers, and submit it again."),
        "We review it again once it is submitted.",
        looks=False,
    ),
    Kind(
        "hand_over",
        "Reveal the credentials",
        "The administrator credentials are sealed for one person, shown once, and are yours from then on.",
        "10 minutes",
        "The recipient who is named below",
        (
            "Open the hand-over while you can store the credentials in a safe place.",
            "Reveal them; they are shown once.",
            "Confirm that you stored them. Our copy is destroyed then.",
        ),
        "We see when they are revealed and when you confirm.",
        ladder=ladders.RECORDS,
        looks=False,
        life="A release that nobody reveals ends after some days. Ask your account manager for a new one then.",
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
STEP_KINDS = frozenset(
    {
        "customer_access",
        "peering_acceptance",
        "customer_routes",
        "mail_records",
        "certificate",
        "alert_recipients",
        "vpn_tunnels",
        "direct_connect",
    }
)
"""The kinds that are called as the provisioning step they follow."""
OF_ITEMS = {"own_dns_answers": "own_dns", "firewall_ports_opened": "firewall_ports"}
"""The kind of a checklist item, by the item's key; `sign_item` for all others."""

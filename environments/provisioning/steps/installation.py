"""The products on their machines: the documents that say how, and the installation itself.

Documents stand in the customer's account, made from the answers. Each has the digest of its content in its name: another answer
makes another document, and the old one goes.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from environments.catalogue.machines import Node, group_of
from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.installation import document
from environments.provisioning.installation.document import Document
from environments.provisioning.installation.settings import sends_mail
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Product, Spec
from environments.provisioning.step import AWS, Context, Pending, Wanted
from environments.provisioning.steps import administrators, mail_credentials
from environments.provisioning.steps.commands import Job, MachineCommand
from environments.provisioning.steps.launch_templates import nodes_of

_PARTS = ("install", "common", "pack", "agent")


class InstallationDocuments(Collection):
    """outputs: {"<document name>": document name}"""

    key = "installation_documents"
    title = "Installation documents"
    doing = "Writing the installation documents"
    done = "Wrote the installation documents"
    requires = ("customer_access",)
    permissions = ("ssm:AddTagsToResource", "ssm:CreateDocument", "ssm:DeleteDocument", "ssm:ListDocuments")

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("ssm_document", name, {"content": one.digest}) for name, one in _documents(spec).items()]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One list holds the documents of all environments. Their content cannot change: a change makes a second version, and
        the first is what runs."""
        mark = names.tags(ctx.spec, self.key)
        key = f"{ctx.spec.tag_prefix}:step"
        filters = [{"Key": "Owner", "Values": ["Self"]}, {"Key": f"tag:{key}", "Values": [self.key]}]
        rows = ctx.customer.pages("ssm", "list_documents", "DocumentIdentifiers", Filters=filters)
        ours = [row["Name"] for row in rows if names.carries(row.get("Tags"), mark)]
        return {name: There(name, {"content": name.rpartition("-")[2]}) for name in ours}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        ctx.customer.change(
            "ssm",
            "create_document",
            Name=wanted.name,
            Content=_documents(ctx.spec)[wanted.name].content,
            DocumentType="Command",
            DocumentFormat="JSON",
            TargetType="/AWS::EC2::Instance",
            Tags=names.listed(names.tags(ctx.spec, self.key)),
        )
        return There(wanted.name, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        try:
            ctx.customer.change("ssm", "delete_document", Name=name)
        except CallFailed as failed:
            if failed.code != "InvalidDocument":
                raise


class Installation(MachineCommand):
    key = "installation"
    title = "Installation of the products"
    doing = "Installing the products"
    done = "Installed the products"
    requires = (
        "installation_documents",
        "instances",
        "volume_attachments",
        "database",
        "administrator_accounts",
        "mail_credentials",
        "agent_configuration",
        "log_forwarding",
        "security_rules",
        "internet_routes",
    )
    expected = timedelta(minutes=15)
    simulated = (
        "Nothing runs on the machines of the stand-in, so that nothing is installed: it answers at once that it was."
    )
    kind = "installation"
    tag = "installed"
    running = Pending(AWS, "The products are being installed on their machines.", timedelta(seconds=15))
    remedy = "Mend what they name, the package bucket, the way to the Internet or the database for the most part."

    def documents(self, spec: Spec) -> Mapping[str, str]:
        return {node.name: document.installation(spec, _product(spec, node), node).name for node in nodes_of(spec)}

    def job(self, ctx: Context, node: str) -> Job:
        """Return the installation of a node. What it is given holds names and addresses only; the machine reads secrets."""
        spec, outputs = ctx.spec, ctx.outputs
        of = next(one for one in nodes_of(spec) if one.name == node)
        addresses = outputs["instances"]["addresses"]
        mails = sends_mail(of, spec.mail)
        together = [one.name for one in nodes_of(spec) if one.product == of.product]
        parameters = {
            "Node": node,
            "Nodes": ",".join(f"{one}={addresses[one]}" for one in together),
            "PackageBucket": document.package_bucket(spec),
            "DatabaseAddress": outputs["database"]["address"],
            "DatabasePort": str(outputs["database"]["port"]),
            "DatabaseSecret": outputs["database"]["secret_arn"],
            "LoginSecret": administrators.login_name(spec, of.product),
            "AdministratorsSecret": outputs["administrator_accounts"]["secret_name"],
            "KeystoreSecret": administrators.keystore_name(spec, of.product),
            "MailSecret": outputs["mail_credentials"]["secret_name"] if mails else "",
            "AgentParameter": outputs["agent_configuration"]["configuration"],
            "ProxyParameter": outputs["agent_configuration"].get("proxy", ""),
            "ForwardingParameter": outputs.get("log_forwarding", {}).get("configuration", ""),
        }
        name = self.documents(spec)[node]
        # The secret keeps its name when what is in it changes, which the machine is to read anew.
        mark = Job(name, _PARTS, parameters, about=mail_credentials.fingerprint(spec) if mails else "").mark
        return Job(name, _PARTS, {**parameters, "Mark": mark})


def _product(spec: Spec, node: Node) -> Product:
    return next(product for product in spec.products if product.key == node.product)


def _documents(spec: Spec) -> dict[str, Document]:
    """Return every document of an environment: how each layer of each product is installed, and how its console is asked."""
    layers = {group_of(node.product, node.layer): node for node in nodes_of(spec)}
    found = [document.installation(spec, _product(spec, node), node) for node in layers.values()]
    found += [document.console_check(spec, product) for product in spec.products]
    return {one.name: one for one in found}

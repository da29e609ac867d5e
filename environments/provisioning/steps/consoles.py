"""The consoles answer: each is asked on its own machine, since the portal never calls private addresses.

The mark on the machine holds the installation that the console answered for, so that another installation asks again.
"""

from collections.abc import Mapping
from datetime import timedelta

from environments.provisioning.installation import document
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending
from environments.provisioning.steps.commands import Job, MachineCommand
from environments.provisioning.steps.installation import Installation
from environments.provisioning.steps.launch_templates import nodes_of


class Consoles(MachineCommand):
    key = "consoles"
    title = "Answers of the consoles"
    doing = "Asking the consoles"
    done = "The consoles answered"
    requires = ("installation",)
    expected = timedelta(seconds=30)
    simulated = "No console runs on the stand-in: nobody was asked."
    kind = "console_check"
    tag = "console-answered"
    running = Pending(AWS, "The consoles are being asked on their machines.", timedelta(seconds=5))
    remedy = "Look whether the product runs and what its log says."

    def documents(self, spec: Spec) -> Mapping[str, str]:
        checks = {product.key: document.console_check(spec, product).name for product in spec.products}
        return {node.name: checks[node.product] for node in nodes_of(spec) if document.has_console(node)}

    def job(self, ctx: Context, node: str) -> Job:
        """Return the question to a node's console. The document takes no parameter; what is installed is part of the mark."""
        return Job(self.documents(ctx.spec)[node], ("console",), {}, about=_INSTALLATION.job(ctx, node).mark)


_INSTALLATION = Installation()

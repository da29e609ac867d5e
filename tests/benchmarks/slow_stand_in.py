"""The AWS stand-in as a process whose every answer takes some time longer, and whose customers do their part at once.

    python -m tests.benchmarks.slow_stand_in PORT

`POST /benchmark?ms=80` sets the added latency, `POST /benchmark?reset=1` starts anew, and both answer with how many requests
came since the last time.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs


class Slow:
    """A WSGI application around the stand-in."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.seconds = 0.0
        self.requests = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == "/benchmark":
            return self._control(parse_qs(environ.get("QUERY_STRING", "")), start_response)
        with self._lock:
            self.requests += 1
        time.sleep(self.seconds)
        answer: Iterable[bytes] = self.application(environ, start_response)
        return answer

    def _control(self, query: dict[str, list[str]], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = json.dumps({"requests": self.requests}).encode()
        self.requests = 0
        if "ms" in query:
            self.seconds = float(query["ms"][0]) / 1000
        if "reset" in query:
            self.application.reset()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def main() -> None:
    from portal.embedded.aws_stand_in import patches
    from portal.embedded.aws_stand_in.server import StandIn, serve

    for name in patches.WAITS:
        setattr(patches, name, timedelta(0))
    server = serve(StandIn(on_call=_oblige), int(sys.argv[1]))
    server.app = Slow(server.app)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


def _oblige(phase: str, service: str, operation: str, account_id: str) -> None:
    """Do what customers do, in the moment in which it can be done."""
    from moto.ec2.models import ec2_backends

    from portal.embedded.aws_stand_in import accounts
    from portal.embedded.aws_stand_in.patches.vpn import tunnels_are_up

    if phase == "after" and operation == "CreateVpcPeeringConnection":
        for peering in list(ec2_backends[account_id][accounts.PROVIDER_REGION].vpc_pcxs.values()):
            peering._status.code = "active"
    if phase == "after" and operation == "CreateVpnConnection":
        for region, backend in list(ec2_backends[account_id].items()):
            for connection_id in list(backend.vpn_connections):
                tunnels_are_up(account_id, region, connection_id)


if __name__ == "__main__":
    main()

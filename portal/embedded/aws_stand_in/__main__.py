"""Run the stand-in: `python -m portal.embedded.aws_stand_in --port 8001 --state state.dill`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from portal.embedded.aws_stand_in.server import StandIn, serve


def main() -> None:
    parser = argparse.ArgumentParser(description="AWS stand-in on loopback")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    given = parser.parse_args()
    given.state.parent.mkdir(parents=True, exist_ok=True)
    application = StandIn(given.state)
    server = serve(application, given.port)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout.write(f"AWS stand-in on 127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
    application.close()


if __name__ == "__main__":
    main()

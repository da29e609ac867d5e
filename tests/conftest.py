"""What every test stands on."""

from tests import services


def pytest_report_header() -> str:
    missing = services.left_out()
    return "left out here: " + "; ".join(missing) if missing else "nothing left out: Chromium, PostgreSQL and Redis are here"

"""Settings of the test run: the embedded defaults, with what makes a test fast and closed."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

from portal.settings import *  # noqa: F403
from portal.settings import CACHES, DATABASES
from portal.settings import REDIS_URL as _GIVEN_REDIS

SECRET_KEY = "a key for tests only, never used anywhere else, 0123456789"
_scratch = Path(tempfile.mkdtemp(prefix="portal-tests-"))
DATA_DIR = _scratch
VAULT_KEY_DIR = str(_scratch / "keys")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
AWS_STAND_IN_DNS = True  # no test asks anybody on the Internet
AWS_SETTLE = timedelta(seconds=1)
RUN_LEASE = timedelta(seconds=5)
WHITENOISE_AUTOREFRESH = True

# A file, not memory: connections of several threads to one database in memory refuse each other instead of waiting.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
else:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"

# Each process of a parallel run has a Redis database of its own: one empties its cache while another counts log-ins.
if _GIVEN_REDIS:
    _server, _, _first = _GIVEN_REDIS.rpartition("/")
    REDIS_URL = f"{_server}/{int(_first) + int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))}"
    CACHES["default"]["LOCATION"] = REDIS_URL

# Hints of tests go nowhere near the queue of a portal that runs from the same folder.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}

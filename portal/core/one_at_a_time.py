"""Acts that must not overlap although they share no row: each decides by what the others left."""

import zlib

from django.db import connection


def hold(name: str) -> None:
    """Wait until no other transaction holds this name, and hold it until this one ends. Call it in a transaction.

    PostgreSQL: an advisory lock. SQLite: nothing to do, since a transaction that writes is alone from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])

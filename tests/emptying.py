"""How the database becomes empty after a test that commits: the rows go from those tables alone that have any.

Django would truncate every table, which on PostgreSQL takes a tenth of a second and more for each such test, and then make the
content types and permissions anew, which no test changes. Both stay as the migrations left them.
"""

from functools import cache
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

KEPT = {"auth_permission", "django_content_type"}


def after_test(test: Any) -> None:
    """Take the place of `TransactionTestCase._fixture_teardown`."""
    for alias in test._databases_names(include_mirrors=False):
        empty(connections[alias])


def empty(connection: BaseDatabaseWrapper) -> None:
    """Delete every row of every table, but for those kept. No foreign key is checked before all are gone."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(_filled(connection.alias))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our own models


def end_other_sessions(connection: BaseDatabaseWrapper) -> None:
    """End whoever else is at the database, which is about to go: the journal's writer keeps its connection for some seconds."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@cache
def _filled(alias: str) -> str:
    """Return a query for the names of the tables that have a row."""
    connection = connections[alias]
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"  # noqa: S608
        for table in sorted(set(tables) - KEPT)
    )

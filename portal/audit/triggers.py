"""The database's own refusal to change or remove audit events, whoever asks.

On SQLite a later migration that rebuilds the table drops its triggers: call `install` again at the end of such a migration.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "audit events are append-only"
_TABLE = "audit_auditevent"

_INSTALL = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS audit_event_no_{act.lower()} BEFORE {act} ON {_TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        f"CREATE OR REPLACE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_TABLE} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()",
    ],
}
_REMOVE = {
    "sqlite": [f"DROP TRIGGER IF EXISTS audit_event_no_{act}" for act in ("update", "delete")],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS audit_event_append_only ON {_TABLE}",
        "DROP FUNCTION IF EXISTS audit_event_refuse()",
    ],
}


def install(connection: BaseDatabaseWrapper) -> None:
    _execute(connection, _INSTALL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Make audit events changeable: for the tests, whose clean-up empties every table, and for undoing the migration."""
    _execute(connection, _REMOVE)


def _execute(connection: BaseDatabaseWrapper, statements: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)

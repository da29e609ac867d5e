"""The whole intake as one file, and copying it from an earlier onboarding."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from onboarding import selectors
from onboarding.api import file_serializers as serializers
from onboarding.files import JSON, YAML
from onboarding.services import answer_copies, intake_files
from portal.core.errors import FieldProblem, Invalid
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation, referred


class Answers(Endpoint):
    @operation(
        scope="onboarding:read",
        gives=serializers.AnswersFileOutput,
        params=(Param("format", "As which text; YAML unless told.", choices=(YAML, JSON)),),
    )
    def get(self, request: Request, id: str) -> Response:
        """Read all answers as one file. Secrets are left out and marked."""
        format = self.query["format"] or YAML
        text = intake_files.write(selectors.onboarding(self.person, id), format)
        return self.answer(serializers.Written(format, text))

    @operation(scope="intake:write", takes=serializers.AnswersFileInput, gives=serializers.ChangesOutput)
    def post(self, request: Request, id: str) -> Response:
        """Bring a file of answers in: all of it, or nothing.

        With `dry_run` nothing is saved, and the answer says what would change, with the line of each problem. Sections that the
        file leaves out, and those that are submitted or approved, stay as they are; `withdraw` takes submitted ones back first.
        """
        found, given = selectors.onboarding(self.person, id), self.given
        seen = _revisions(given["revisions"])
        options: dict[str, Any] = {"by": self.person, "withdraw": given["withdraw"]}
        if given["dry_run"]:
            report = intake_files.preview(found, given["file"], **options)
        else:
            report = intake_files.apply(found, given["file"], revisions=seen, **options)
        parts = (report.sections, report.refused, report.remarks, report.notes)
        return self.answer(serializers.Changes(not given["dry_run"], *parts))


class Copies(Endpoint):
    @operation(scope="intake:write", takes=serializers.CopyInput, gives=serializers.ChangesOutput)
    def post(self, request: Request, id: str) -> Response:
        """Copy the answers of an earlier onboarding of the same customer into the sections that nobody began.

        Passwords are not copied. What holds for one environment only is to find out, unless `environments` is true.
        """
        found, given = selectors.onboarding(self.person, id), self.given
        source = referred(
            lambda: selectors.onboarding(self.person, given["onboarding"]), pointer="onboarding", what="onboarding"
        )
        act = answer_copies.preview if given["dry_run"] else answer_copies.copy
        changes = act(found, source, by=self.person, environments=given["environments"])
        return self.answer(serializers.Changes(not given["dry_run"], changes))


def _revisions(given: dict[str, Any]) -> dict[str, int]:
    wrong = [key for key, value in given.items() if not isinstance(value, int) or isinstance(value, bool)]
    if wrong:
        raise Invalid(
            [FieldProblem(f"revisions/{key[:40]}", "This must be a whole number", "wrong_type") for key in wrong]
        )
    return given

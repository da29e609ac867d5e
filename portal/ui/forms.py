"""Forms in front of services."""

from django import forms

from portal.core.errors import DomainError, Invalid


class ServiceForm(forms.Form):
    """A form that shows what a service refuses beside the field it is about.

    `FIELDS_OF_POINTERS` names the field of each problem whose pointer is not the field's own name.
    """

    FIELDS_OF_POINTERS: dict[str, str] = {}

    def refuse(self, error: DomainError) -> None:
        if not isinstance(error, Invalid):
            self.add_error(None, " ".join(part for part in (error.message, error.remedy) if part))
            return
        for problem in error.problems:
            name = self.FIELDS_OF_POINTERS.get(problem.pointer, problem.pointer)
            self.add_error(name if name in self.fields else None, problem.message)

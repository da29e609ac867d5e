"""Writing the file: the answers as they are stored, secrets left out and marked, and what is still open as comments."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from onboarding.files import FORMAT, STORED
from onboarding.sections import not_known
from onboarding.sections.definition import SectionDefinition, asked_questions
from onboarding.sections.sealed import Secret
from onboarding.sections.suggestions import Filled

_LETTER = r"[^\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"
_WORDS = rf"{_LETTER}(?:[ ]*{_LETTER})*"
_ONE_LINE = re.compile(rf"{_WORDS}|")
_PARAGRAPHS = re.compile(rf"{_WORDS}(?:\n+{_WORDS})+")
_NEVER_FOLDED = 10**9
"""A folded line cannot be told from one that was written so."""


def content(reference: str, rows: Iterable[tuple[SectionDefinition, Mapping[str, Any], int]]) -> dict[str, Any]:
    """Return what the file says, of sections with their answers and revisions."""
    rows = list(rows)
    return {
        "format": FORMAT,
        "onboarding": reference,
        "revisions": {what.key: revision for what, _, revision in rows},
        "answers": {what.key: without_secrets(what, answers) for what, answers, _ in rows},
    }


def without_secrets(what: SectionDefinition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with the day they were set in the place of secrets."""
    ordered = [question for question in what.questions if question.key in answers]
    kept = {question.key: _marked(question, answers[question.key]) for question in ordered}
    left = not_known.marked(answers)
    return {**kept, **({not_known.KEY: left} if left else {})}


def _marked(question: Any, value: Any) -> Any:
    if not isinstance(question, Secret):
        return value
    return {STORED: str(value.get("set_at", ""))[:10]} if isinstance(value, Mapping) else {STORED: ""}


def as_json(file: Mapping[str, Any]) -> str:
    return json.dumps(file, indent=2) + "\n"


def as_yaml(
    file: Mapping[str, Any], sections: Iterable[SectionDefinition], suggested: Mapping[str, Filled], *, heading: str
) -> str:
    """Return the file as YAML, with a comment for whoever edits it and one for each question that is still open, which holds
    the answer that is suggested where one is."""
    head = {key: value for key, value in file.items() if key != "answers"}
    parts = [*_comment(heading), dumped(head), "answers:\n"]
    by_key = {what.key: what for what in sections}
    for key, answers in file["answers"].items():
        parts += _section(by_key[key], answers, suggested[key])
    return "".join(parts)


def _section(what: SectionDefinition, answers: Mapping[str, Any], suggested: Filled) -> Iterable[str]:
    yield f"\n  # {what.title}: {what.lead}\n"
    open_now = [question for question in asked_questions(what.questions, answers) if question.key not in answers]
    body = dumped(answers, indent="    ") if answers else ""
    yield f"  {what.key}:\n{body}" if answers else f"  {what.key}: {{}}\n"
    for question in open_now:
        optional = "" if question.required else " (optional)"
        if question.suggest and question.key in suggested.answers:
            yield f"    # Suggested for {not_known.in_sentence(question.label)}: {question.suggest.because}.\n"
            yield dumped({question.key: suggested.answers[question.key]}, indent="    # ")
        else:
            yield f"    # {question.key}: {question.label}{optional}\n"


def _comment(heading: str) -> Iterable[str]:
    return (f"# {line}\n" for line in heading.splitlines())


def dumped(value: Mapping[str, Any], *, indent: str = "") -> str:
    text = yaml.dump(dict(value), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_NEVER_FOLDED)
    return "".join(f"{indent}{line}\n" for line in text.removesuffix("\n").split("\n"))


class _Dumper(yaml.SafeDumper):
    """Writes paragraphs as blocks, and quotes what a reader could take for a line's end or for nothing."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _ONE_LINE.fullmatch(text) else '"'
    if _PARAGRAPHS.fullmatch(text):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)

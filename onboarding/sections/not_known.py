"""“I do not know yet” as an answer.

Beside its answers every group (a section, and each row of it) may hold the key `unknown`: the keys of required questions whose
answer somebody has still to find out. Such a question is not missing, it is owed: it blocks submitting and says whom to ask.
Answering it takes it off the list.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from onboarding.sections.questions import UNKNOWN, WRONG_TYPE, Cleaned, Question, is_text_list
from portal.core.errors import FieldProblem

KEY = "unknown"
TO_FIND_OUT = "to_find_out"
"""The code of the problem that such a question is."""


def clean(questions: Iterable[Question], raw: Any, pointer: str) -> Cleaned:
    """Return the keys listed, each once and in the order of the questions. What is answered is not taken off yet."""
    if raw is None or raw == []:
        return Cleaned(stored=[])
    if not is_text_list(raw):
        return _refused(pointer, "What you do not know yet must be a list of questions", WRONG_TYPE)
    known = [question.key for question in questions if question.required]
    strange = [key for key in raw if key not in known]
    if strange:
        shown = strange[0][:40].encode("ascii", "replace").decode()
        return _refused(
            pointer, f"“{shown}” is no question that must be answered here. Use: {', '.join(known)}.", UNKNOWN
        )
    return Cleaned(stored=[key for key in known if key in raw])


def _refused(pointer: str, message: str, code: str) -> Cleaned:
    return Cleaned(stored=[], problems=[FieldProblem(pointer, message, code)])


def marked(answers: Mapping[str, Any]) -> list[str]:
    """Return the questions of this group that are listed and not answered."""
    return [key for key in answers.get(KEY, ()) if answers.get(key) is None]


def said(answers: Mapping[str, Any], key: str) -> tuple[Any, bool]:
    """Return all that is said about one question: its answer, and whether it is listed."""
    return answers.get(key), key in marked(answers)


def tidy(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with what is answered taken off the list, and without the list where it is empty."""
    left = marked(answers)
    return {**{key: value for key, value in answers.items() if key != KEY}, **({KEY: left} if left else {})}


def problem(question: Question, pointer: str) -> FieldProblem:
    """Return what stands against submitting a question that is listed."""
    label = in_sentence(question.label)
    asked = f" Ask {in_sentence(question.who)}." if question.who else ""
    return FieldProblem(pointer, f"Find out: {label}.{asked}", TO_FIND_OUT)


def words(question: Question) -> str:
    """Return what the check page shows in place of the answer."""
    return f"To find out: ask {in_sentence(question.who)}" if question.who else "To find out"


def in_sentence(words: str) -> str:
    """Return the words as they stand inside a sentence: "Your network team" begins small there, "AWS" does not."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def schema(questions: Iterable[Question]) -> dict[str, Any]:
    keys = [question.key for question in questions if question.required]
    return {
        "title": "I do not know yet",
        "description": "Questions of this group whose answer somebody has still to find out",
        "type": "array",
        "uniqueItems": True,
        "items": {"type": "string", "enum": keys},
    }

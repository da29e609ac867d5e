"""Files that people add: what is taken, who sees it, how it leaves."""

import hashlib

import pytest

from portal.core.errors import Invalid
from portal.files import responses
from portal.files.kinds import LARGEST_BYTES
from portal.files.models import StoredFile
from portal.files.services import NewFile, store
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_a_file_is_kept_with_its_digest_and_leaves_as_a_download() -> None:
    customer = people.customer()
    file = store(customer, NewFile("C:\\Users\\me\\öffnung.txt", b"seen"), by=people.contact(customer))
    file.refresh_from_db()
    assert (file.name, file.size, file.sha256) == ("öffnung.txt", 4, hashlib.sha256(b"seen").hexdigest())
    answer = responses.download(file)
    assert answer.content == b"seen"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%B6ffnung.txt"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("page.html", b"<script>", "one of these kinds"),
        ("noending", b"x", "one of these kinds"),
        ("empty.txt", b"", "is empty"),
        ("large.txt", b"x" * (LARGEST_BYTES + 1), "larger than 5 MB"),
        ("not.pdf", b"MZ", "not what its name says"),
        ("binary.txt", b"a\x00b", "not what its name says"),
        ("latin.csv", b"\xff\xfe", "not what its name says"),
        ("new\nline.txt", b"x", "printable"),
        ("a" * 120 + ".txt", b"x", "printable"),
        ("", b"x", "printable"),
    ],
)
def test_what_is_not_taken_is_said_in_a_sentence(name: str, content: bytes, sentence: str) -> None:
    customer = people.customer()
    with pytest.raises(Invalid) as refused:
        store(customer, NewFile(name, content), by=people.contact(customer), pointer="files/0")
    [problem] = refused.value.problems
    assert problem.pointer == "files/0"
    assert sentence in problem.message
    assert not StoredFile.objects.exists()


def test_internal_files_are_for_the_providers_people_only() -> None:
    customer, staff = people.customer(), people.engineer()
    file = store(customer, NewFile("a.txt", b"x"), by=staff, internal=True)
    assert list(StoredFile.objects.visible_to(staff)) == [file]
    assert not StoredFile.objects.visible_to(people.contact(customer)).exists()


def test_files_of_another_customer_are_not_there() -> None:
    store(people.customer(), NewFile("a.txt", b"x"), by=people.engineer())
    assert not StoredFile.objects.visible_to(people.contact(people.customer())).exists()

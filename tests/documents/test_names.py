import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiebang.documents.names import LONGEST_NAME, clean_name, extension_of, show_size
from jiebang.documents.reference import FileReference, read_reference, references_in


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("可行性方案.pdf", "可行性方案.pdf"),
        ("C:\\资料\\方案.pdf", "方案.pdf"),
        ("../../etc/passwd", "passwd"),
        ("方案\u202efdp.exe", "方案fdp.exe"),
        ("方\u200b案\x00\r\n.pdf", "方案 .pdf"),
        ("  方案.pdf. ", "方案.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("\u202e", ""),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
        ("x" * 300, "x" * 200),
        ("a." + "y" * 300, ("a." + "y" * 300)[:200]),
    ],
)
def test_a_name_keeps_what_people_read_and_nothing_else(raw: str, cleaned: str) -> None:
    assert clean_name(raw) == cleaned


@given(st.text())
def test_a_cleaned_name_is_clean(raw: str) -> None:
    name = clean_name(raw)
    assert len(name) <= LONGEST_NAME
    assert not set(name) & set("/\\\r\n\x00\u202e")
    assert name == name.strip()
    assert clean_name(name) == name


@pytest.mark.parametrize(("name", "found"), [("a.PDF", "pdf"), ("a", ""), (".pdf", ""), ("a.b.docx", "docx")])
def test_an_extension_stands_behind_a_name(name: str, found: str) -> None:
    assert extension_of(name) == found


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (1023, "1023 字节"),
        (1024, "1 KB"),
        (1025, "1.1 KB"),
        (50 * 1024**2, "50 MB"),
        (50 * 1024**2 + 1, "50.1 MB"),
    ],
)
def test_a_size_never_looks_smaller_than_it_is(size: int, shown: str) -> None:
    assert show_size(size) == shown


def test_a_value_names_a_file_and_its_content() -> None:
    file = FileReference("方案（终稿）.pdf", "ab" * 32)
    assert read_reference(str(file)) == file
    assert read_reference(f" {file} ") == file
    assert read_reference("方案.pdf") is None
    assert read_reference(str(file)[:-3]) is None
    assert read_reference(str(file).upper()) is None
    assert list(references_in([{"a": str(file), "b": "x"}, {"a": 3}])) == [file]

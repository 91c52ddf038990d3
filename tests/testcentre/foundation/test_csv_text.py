import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testcentre.foundation.csv_text import csv_lines, harmless

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
cells = texts | st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "＝", " ="]), texts)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "  =1"])
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"), [("Lifter 1", "Lifter 1"), ("a=b", "a=b"), (-1.5, -1.5), (None, ""), (True, "true"), ("", "")]
)
def test_all_else_stays(value: object, cell: object) -> None:
    assert harmless(value) == cell


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries({"a": cells, "b": cells}), max_size=5))
def test_a_reader_gets_every_cell_back_and_none_that_starts_a_formula(rows: list[dict[str, str]]) -> None:
    text = "".join(csv_lines(("a", "b"), rows))

    read = list(csv.DictReader(io.StringIO(text, newline="")))

    assert [{name: cell.removeprefix("'") for name, cell in row.items()} for row in read] == [
        {name: cell.removeprefix("'") for name, cell in row.items()} for row in rows
    ]
    assert not any(cell.lstrip(" ").startswith(tuple("=+-@\t\r＝＋－＠")) for row in read for cell in row.values())

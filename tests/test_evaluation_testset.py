"""Line 7 of a file is line 7, whatever the file holds."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import InputError
from workbench.evaluation.testset import read_lines, require_same_count

CASES = json.loads((Path(__file__).parent / "cases" / "evaluation.json").read_text("utf-8"))[
    "files"
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_a_file_is_read_line_by_line_or_refused(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "test.en"
    path.write_bytes(case["input"].encode("latin-1"))
    if "error" in case:
        with pytest.raises(InputError) as caught:
            read_lines(str(path))
        assert case["error"] in str(caught.value)
    else:
        assert list(read_lines(str(path)).texts) == case["expected"]


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "test.en"
    path.write_bytes("\ufeff寒い\r\n".encode())
    assert read_lines(str(path)).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="cannot be read"):
            read_lines(str(path))


def test_files_of_two_lengths_are_refused_with_both_counts(tmp_path: Path) -> None:
    for name, lines in (("a.en", 2), ("b.ja", 3)):
        (tmp_path / name).write_text("x\n" * lines, encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.ja has 3 lines and a\.en 2: .* cannot be known"):
        require_same_count([read_lines(str(tmp_path / name)) for name in ("a.en", "b.ja")])

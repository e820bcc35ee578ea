"""The gallery's command line; the pictures themselves are compared in tests/screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.gallery.painting import main


def test_a_view_that_is_none_is_named_with_those_that_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--out", str(tmp_path), "--only", "S01-attract,ConfirmApplication"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "no view is called ConfirmApplication; there are S01-attract, " in said
    assert list(tmp_path.iterdir()) == []

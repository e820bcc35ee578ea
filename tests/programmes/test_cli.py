from __future__ import annotations

from pathlib import Path

import pytest

from programmes.cli import main
from programmes.loader import PACKS


def test_check_says_ok_for_both_kinds_of_file(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("national-2022.toml", "national-2022.services.toml", "demo-services.toml"):
        assert main(["check", str(PACKS / name)]) == 0
        assert f"{name}: OK" in capsys.readouterr().out


def test_check_refuses_with_every_fault_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (PACKS / "demo-services.toml").read_text()
    broken = tmp_path / "demo-services.toml"
    broken.write_text(text.replace("format = 1", "format = 3\ncolour = 1"))
    assert main(["check", str(broken)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "2 faults" in shown.err
    assert "demo-services.toml: colour: unknown key" in shown.err


@pytest.mark.parametrize(
    ("at", "lang", "parts"),
    [
        (
            "2022-07-15",
            "ja",
            ["受付中", "2023年2月28日まで", "カードの申請は 2022年9月30日まで", "S1", "未確認", "見本"],
        ),
        ("2022-10-01", "ja", ["カードの申請は 2022年12月31日まで", "ITMEDIA-2209"]),
        ("2022-12-25", "en", ["an extension is announced without a date", "WATCH-2212"]),
        ("2023-03-10", "en", ["open until 2023-05-31", "S4", "UNCONFIRMED: known_from"]),
        ("2023-04-05", "en", ["open until 2023-09-30", "ASAHI-2303"]),
        ("2023-09-25", "en", ["✕ ended on 2023-09-12", "MONEYFIX"]),
        ("2023-10-01", "ja", ["終わりました", "2023年10月1日 00:00から"]),
        ("2024-02-01", "ja", ["端末の運営者が答えます"]),
        ("2022-05-21T10:00", "ja", ["システムの停止中です", "次は 2022年5月22日 22:00"]),
        ("2022-07-15T01:00:00+00:00", "en", ["2022-07-15 10:00 JST"]),
    ],
)
def test_explain_prints_what_was_open_until_when_and_by_which_source(
    at: str, lang: str, parts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "--at", at, "--lang", lang]) == 0
    shown = capsys.readouterr().out
    for part in parts:
        assert part in shown


def test_explain_shows_every_service_and_every_citation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--at", "2022-07-15", "--pack", "national-2022", "--pack", "demo-services"]) == 0
    shown = capsys.readouterr().out
    for part in (
        "あおば電子マネー",
        "しおさいアプリで申し込みます",
        "事前登録がいります",
        "2022年8月31日まで",
        "DEMO:",
    ):
        assert part in shown
    assert "WAON" not in shown


def test_explain_can_suppose_a_dead_network_or_clock(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--at", "2022-07-15", "--clock-untrusted"]) == 0
    assert "時計が信用できません" in capsys.readouterr().out
    assert main(["explain", "--at", "2023-09-29", "--offline", "--lang", "en"]) == 0
    assert "no connection, and the closing is near" in capsys.readouterr().out


@pytest.mark.parametrize("at", ["tomorrow", "2022-02-30", "15.7.2022"])
def test_a_date_that_is_none_is_refused_with_the_way_to_write_it(
    at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["explain", "--at", at])
    assert ended.value.code == 2
    assert "write 2022-07-15" in capsys.readouterr().err


def test_explain_of_an_unknown_pack_is_an_error_and_not_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--at", "2022-07-15", "--pack", "nowhere"]) == 1
    assert "nowhere.toml: cannot be read" in capsys.readouterr().err

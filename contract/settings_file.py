"""A settings file as every program here reads it, and the one error that says all that is wrong with it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.tables import Fault


@dataclass(frozen=True)
class BadSettings:
    """Never empty. Programs print `text()` and end with `os.EX_CONFIG` (78), which their units do not restart."""

    faults: tuple[Fault, ...]

    def text(self) -> str:
        return "\n".join(
            [
                "設定が使えません。The settings cannot be used:",
                *(line for fault in self.faults for line in fault.lines()),
            ]
        )


def read_document(path: Path) -> dict[str, Any] | Fault:
    """The TOML document, or why there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return unreadable(
            str(path), "", error, "give a readable TOML file with --config", "--config で設定ファイルを指す"
        )
    except UnicodeDecodeError as error:
        return Fault(
            str(path),
            "",
            f"not UTF-8 at byte {error.start}",
            "save it as UTF-8",
            rule_ja=f"{error.start} バイト目が UTF-8 ではありません",
            way_out_ja="UTF-8 で保存する",
        )
    except tomllib.TOMLDecodeError as error:
        return Fault(
            str(path),
            "",
            f"not TOML: {error}",
            "correct that line",
            rule_ja=f"TOML として読めません（{error}）",
            way_out_ja="その行（line）を直す",
        )


def unreadable(file: str, key: str, error: OSError, way_out: str, way_out_ja: str) -> Fault:
    """A file that cannot be read; the way out for a missing right is another one than for a missing file."""
    if isinstance(error, PermissionError):
        way_out, way_out_ja = (
            "run it with sudo, or as the user whom the file belongs to",
            "sudo をつけるか、ファイルの持ち主の利用者で実行する",
        )
    reason = error.strerror or "unreadable"
    return Fault(file, key, f"cannot be read: {reason}", way_out, reason_in_japanese(error), way_out_ja)


def reason_in_japanese(error: OSError) -> str:
    reasons = {
        FileNotFoundError: "ありません",
        PermissionError: "読む権限がありません",
        IsADirectoryError: "ファイルではなくフォルダーです",
        NotADirectoryError: "途中がフォルダーではありません",
    }
    return reasons.get(type(error), f"読めません（{error.strerror}）")

"""What a trouble with a file of the journal means to the person in front of it, and what to do about it."""

from __future__ import annotations

from pathlib import Path

from contract.tables import Fault
from terminal.journal.database import FileTrouble

_KEEP = ("leave the file where it is and tell the fleet", "ファイルは消さずに、運営センターへ知らせる")
_RIGHTS = (
    "use sudo, or see the folder's owner with ls -ld",
    "sudo をつけるか、フォルダーの持ち主を ls -ld で見る",
)

#: English rule and way out, Japanese rule and way out.
_WORDS: dict[FileTrouble, tuple[str, str, str, str]] = {
    FileTrouble.DISK_FULL: (
        "the disk is full",
        "make room (df -h); do not delete this file",
        "ディスクがいっぱいです",
        "空きをつくる（df -h で見る）。このファイルは消さない",
    ),
    FileTrouble.IO_ERROR: (
        "the disk cannot be read or written",
        "see dmesg, push the SD card home or exchange it; keep the old one",
        "ディスクを読み書きできません",
        "dmesg を見て、SD カードを差し直すか交換する。古いカードは捨てない",
    ),
    FileTrouble.READ_ONLY: ("no right to write", _RIGHTS[0], "書く権限がありません", _RIGHTS[1]),
    FileTrouble.CANNOT_OPEN: (
        "is not there or cannot be opened",
        "see that data_dir is right and its folder there; " + _RIGHTS[0],
        "ないか、開けません",
        "data_dir とそのフォルダーを確かめる。" + _RIGHTS[1],
    ),
    FileTrouble.BUSY: (
        "another program keeps it locked",
        "end what else has opened it, and try again",
        "ほかのプログラムが使っています",
        "ほかに開いているプログラムを終わらせて、もう一度",
    ),
    FileTrouble.DAMAGED: ("is damaged", _KEEP[0], "こわれています", _KEEP[1]),
    FileTrouble.DUPLICATE: ("contradicts itself", _KEEP[0], "中身が食いちがっています", _KEEP[1]),
    FileTrouble.NEWER_FORMAT: (
        "was written by a newer version of this program",
        "install that version or a newer one",
        "このプログラムより新しい版が書いたものです",
        "その版か、もっと新しい版を入れる",
    ),
    FileTrouble.IN_USE: (
        "another mynapo-terminal holds it",
        "stop that one first (systemctl stop mynapo-terminal), or give this one another data_dir",
        "別の mynapo-terminal が使っています",
        "先にそれを止める（systemctl stop mynapo-terminal）か、こちらの data_dir を別にする",
    ),
    FileTrouble.FOREIGN: (
        "it, or what lies beside it, belongs to another user",
        "tell the fleet; if you have put it there yourself: chown mynapo-terminal:mynapo, never delete it",
        "これか、となりのファイルが別のユーザーのものです",
        "運営センターへ知らせる。自分で置いたなら chown mynapo-terminal:mynapo。消さない",
    ),
    FileTrouble.OTHER: ("cannot be used", _KEEP[0], "使えません", _KEEP[1]),
}


def trouble_fault(path: Path, trouble: FileTrouble, *, writer: int | None = None) -> Fault:
    """`writer` is the process that holds the file, where it is known (`writer_lock.writer_of`)."""
    rule, way_out, rule_ja, way_out_ja = _WORDS[trouble]
    if trouble is FileTrouble.IN_USE and writer is not None:
        rule, rule_ja = f"{rule} (pid {writer})", rule_ja.replace("が使って", f"（pid {writer}）が使って")
    return Fault(str(path), "", rule, way_out, rule_ja, way_out_ja)

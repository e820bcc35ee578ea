"""Papers for the printer's tests. Names, places and numbers are invented."""

from __future__ import annotations

from terminal.ports import Align, CutLine, FeedLine, PairLine, Paper, QrLine, RuleLine, TextLine

_C = Align.CENTRE


def _value(label: str, value: str) -> tuple[TextLine, TextLine]:
    return TextLine(label, size=2), TextLine(value, size=2, bold=True, indent=1)


NORMAL: Paper = (
    TextLine("見本　実際の申込みにはなりません", bold=True, align=_C, inverted=True),
    TextLine("受付票", size=2, bold=True, align=_C),
    TextLine("（申込みは まだ終わっていません）", align=_C),
    RuleLine(),
    TextLine("受付番号", align=_C),
    TextLine("K7M-29Q", size=3, bold=True, align=_C),
    QrLine("K7M-29Q", 9),
    RuleLine(),
    PairLine("受付", "2022年7月15日 10:08\n（令和4年）", bold=True),
    PairLine("場所", "みほん駅前店", bold=True),
    PairLine("端末", "tk-0042", bold=True),
    PairLine("手続き", "マイナポイント申込", bold=True),
    PairLine("サービス", "あおば電子マネー", bold=True),
    PairLine("ID", "下4けた 1234", bold=True),
    RuleLine(),
    TextLine("結果が見られる日", size=2, bold=True),
    PairLine("早ければ", "7月22日ごろ", bold=True),
    PairLine("おそくとも", "8月14日まで", bold=True),
    TextLine("この端末の「申込状況」で見てください"),
    RuleLine(),
    TextLine("結果が「できました」\u200bになってから\u200bチャージ・買い物", size=2, bold=True),
    PairLine("チャージは", "2023年2月28日まで", bold=True),
    TextLine("ポイントは 翌月20日ごろから\nお店のチャージ機で受け取ります"),
    RuleLine(),
    TextLine("困ったときは", bold=True),
    PairLine("この手続き", "みほん運営センター", bold=True),
    PairLine("", "0000-00-0000（9時から17時）"),
    PairLine("暗証番号", "市区町村の窓口", bold=True),
    RuleLine(),
    TextLine("詐欺に注意", bold=True),
    TextLine("暗証番号を 電話で聞くことは ありません。\nあやしいときは　警察 #9110　消費者 188"),
    CutLine(),
)

LARGE: Paper = (
    TextLine("見本　実際の\u200b申込みには\u200bなりません", size=2, bold=True, align=_C, inverted=True),
    TextLine("受付票", size=2, bold=True, align=_C),
    TextLine("（申込みは まだ終わって\u200bいません）", size=2, align=_C),
    RuleLine(),
    TextLine("受付番号", size=2, align=_C),
    TextLine("K7M-29Q", size=4, bold=True, align=_C),
    QrLine("K7M-29Q", 12),
    RuleLine(),
    *_value("受付", "2022年7月15日\n令和4年 10:08"),
    *_value("場所", "みほん駅前店"),
    *_value("端末", "tk-0042"),
    *_value("手続き", "マイナポイント\u200b申込"),
    *_value("サービス", "あおば\u200b電子マネー"),
    *_value("ID", "下4けた 1234"),
    RuleLine(),
    TextLine("結果が見られる日", size=2, bold=True),
    *_value("早ければ", "7月22日ごろ"),
    *_value("おそくとも", "8月14日まで"),
    TextLine("この端末の\u200b「申込状況」で\u200b見てください", size=2),
    RuleLine(),
    TextLine("詐欺に注意", size=2, bold=True),
    TextLine("暗証番号を 電話で聞くことは ありません。\n警察　#9110\n消費者　188", size=2),
    CutLine(),
)

# 予約 and 申込 on one paper: everything of NORMAL, and a second procedure with its own dates.
BOTH: Paper = (*NORMAL[:-1], *NORMAL[7:24], FeedLine(24), CutLine())

LAST_WORDS = "ここまでが一枚です"
SHORT: Paper = (
    TextLine("見本", bold=True, align=_C, inverted=True),
    *(PairLine(f"{number}行め", "みほん駅前店", bold=True) for number in range(1, 15)),
    QrLine("K7M-29Q"),
    TextLine(LAST_WORDS),
    CutLine(),
)
LONG: Paper = (
    *(TextLine(f"{number}行め {'あ' * 18}") for number in range(1, 120)),
    TextLine(LAST_WORDS),
    CutLine(),
)
NEXT: Paper = (TextLine("次の人の紙"), RuleLine(), CutLine())

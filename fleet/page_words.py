"""The page's words, Japanese first. Keys of the inner tables are the store's own slugs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.slug_words import PARTS, REASONS, TROUBLES, in_language


@dataclass(frozen=True)
class PageWords:
    title: str
    sample: str
    demo: str
    other_language: str
    needing: str
    of: str
    japan_time: str
    terminals: str
    enrolments: str
    quarantine: str
    alarms: str
    columns: Mapping[str, str]
    conditions: Mapping[str, str]
    stages: Mapping[str, str]
    papers: Mapping[str, str]
    reasons: Mapping[str, str]
    parts: Mapping[str, str]
    troubles: Mapping[str, str]
    nothing: str
    no_terminals: str
    unsent: str
    shown_newest: str
    no_store: str
    equal: str
    difference: str
    damaged: str


_JA = PageWords(
    title="端末のようす",
    sample="見本",
    demo="デモ",
    other_language="English",
    needing="いま人の手がいるのは",
    of="台",
    japan_time="時刻は日本時間",
    terminals="端末",
    enrolments="届いた申込み",
    quarantine="受け取りを止めたもの",
    alarms="人が確かめる申込み",
    columns={
        "terminal": "端末",
        "site": "設置場所",
        "condition": "状態",
        "since": "いまの状態になってから",
        "last_seen": "最後の通信",
        "paper": "用紙",
        "unsent": "未送信",
        "proof": "照合 (7日)",
        "troubles": "くわしく",
        "version": "版",
        "reason": "理由",
        "times": "回数",
        "last_at": "最後",
        "size": "大きさ",
        "topic": "トピック",
        "id": "ID",
        "at": "時刻",
    },
    conditions={
        "inService": "使えます",
        "degraded": "一部使えません",
        "outOfService": "使えません",
        "offline": "つながりません",
        "unknown": "わかりません",
    },
    stages={
        "received": "到着",
        "handed": "引渡し",
        "done": "できました",
        "refused": "できませんでした",
        "already": "受付ずみ",
        "rejected": "受け取れません",
    },
    papers={"full": "あり", "low": "残りわずか", "out": "なし", "unknown": "わかりません"},
    reasons=in_language(REASONS, "ja"),
    parts=in_language(PARTS, "ja"),
    troubles=in_language(TROUBLES, "ja"),
    nothing="ありません",
    no_terminals="登録された端末はまだありません。",
    unsent="端末に残っている申込み",
    shown_newest="新しい順に100件まで",
    no_store="いま記録を読めません。受け取りが始まると、この画面は自分で変わります。",
    equal="{days}日 {records}件 一致",
    difference="{day} (UTC) の照合: 端末 {told}件、センター {held}件",
    damaged="こわれた保存ファイル {journal}: 番号 {seq} まで、読めない {lost}件",
)

_EN = PageWords(
    title="Terminals and enrolments",
    sample="SAMPLE",
    demo="Demo",
    other_language="日本語",
    needing="Needing somebody now:",
    of="terminals",
    japan_time="Times are Japan time",
    terminals="Terminals",
    enrolments="Enrolments received",
    quarantine="Quarantine",
    alarms="Enrolments to look at",
    columns={
        "terminal": "Terminal",
        "site": "Site",
        "condition": "State",
        "since": "For",
        "last_seen": "Last heard",
        "paper": "Paper",
        "unsent": "Unsent",
        "proof": "Proof (7 days)",
        "troubles": "Details",
        "version": "Version",
        "reason": "Reason",
        "times": "Times",
        "last_at": "Last",
        "size": "Size",
        "topic": "Topic",
        "id": "ID",
        "at": "Time",
    },
    conditions={
        "inService": "In service",
        "degraded": "Limited",
        "outOfService": "Out of service",
        "offline": "Not connected",
        "unknown": "Unknown",
    },
    stages={
        "received": "Received",
        "handed": "Handed over",
        "done": "Done",
        "refused": "Refused",
        "already": "Already applied",
        "rejected": "Not accepted",
    },
    papers={"full": "OK", "low": "Low", "out": "Out", "unknown": "Unknown"},
    reasons=in_language(REASONS, "en"),
    parts=in_language(PARTS, "en"),
    troubles=in_language(TROUBLES, "en"),
    nothing="None",
    no_terminals="No terminal is registered yet.",
    unsent="Still inside terminals",
    shown_newest="newest 100",
    no_store="The store cannot be read now. This page changes by itself once receiving has begun.",
    equal="{days} d, {records} agree",
    difference="{day} (UTC) differs: terminal {told}, fleet {held}",
    damaged="damaged journal {journal}: up to number {seq}, {lost} unreadable",
)

WORDS: Mapping[str, PageWords] = {"ja": _JA, "en": _EN}

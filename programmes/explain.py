"""`packs explain`: what is open at a moment, why, until when, by which source, and what is not confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from programmes.contacts import contacts_on
from programmes.days import in_japan
from programmes.eligibility import (
    ServiceBarred,
    ServiceClosed,
    ServiceNotDecided,
    ServiceNotYet,
    ServiceOfflineStopped,
    ServiceOpen,
    ServiceState,
    ServiceTakesPart,
    conditions,
    service_state,
    use_until,
)
from programmes.loader import Programme
from programmes.model import (
    AnsweredBy,
    BudgetStop,
    ClosedDays,
    Contact,
    Function,
    Hours,
    Maintenance,
    Measure,
    OfflineStop,
    Phase,
    Source,
    Sourced,
    Text,
)
from programmes.opening import Moment, NotOpen, OpeningState, Why, function_state, measure_state, phase_state
from programmes.opening import phase_in_force as in_force
from programmes.search import in_kana_order
from programmes.services import Service, ServicePeriod

ExplanationLanguage = Literal["ja", "en"]

_FUNCTIONS: tuple[tuple[Function, str, str], ...] = (
    ("reservation", "予約", "reservation"),
    ("application", "申込", "application"),
    ("status", "申込状況", "application status"),
    ("guidance", "ご案内", "guidance"),
)
_WHY: Mapping[Why, tuple[str, str]] = {
    Why.CLOCK_UNTRUSTED: ("時計が信用できません", "the clock cannot be trusted"),
    Why.NOT_OFFERED_HERE: ("この端末では受け付けません", "not offered at this terminal"),
    Why.NOT_ANNOUNCED: ("この日には、まだ何も発表されていません", "nothing was announced on that day"),
    Why.NOT_YET: ("まだ始まっていません", "has not begun"),
    Why.ENDED: ("終わりました", "has ended"),
    Why.BUDGET_USED_UP: ("予算の上限に達しました", "the budget is used up"),
    Why.MAINTENANCE: ("システムの停止中です", "the system is under maintenance"),
    Why.CLOSED_DAY: ("お休みの日です", "closed on this day"),
    Why.OUTSIDE_HOURS: ("時間外です", "outside hours"),
    Why.OFFLINE_STOP: ("しめきりが近く、通信できません", "no connection, and the closing is near"),
    Why.NO_CONNECTION: ("通信できません", "no connection"),
}
_ROWS: Mapping[type[Sourced], tuple[str, str]] = {
    Phase: ("期間", "dates"),
    BudgetStop: ("予算", "budget"),
    Measure: ("施策", "measure"),
    Hours: ("時間", "hours"),
    ClosedDays: ("休み", "closed days"),
    Maintenance: ("停止", "maintenance"),
    OfflineStop: ("通信なしの受付", "offline stop"),
    Service: ("サービス", "service"),
    ServicePeriod: ("サービスの期間", "service's dates"),
    Contact: ("相談先", "contact"),
}
_ANSWERED: tuple[tuple[AnsweredBy, str, str], ...] = (
    ("here", "この端末が決めること", "Decided at the terminal"),
    ("declared", "本人が申し出ること", "Declared by the resident"),
    ("unknowable", "この端末ではわからないこと", "Unknowable here"),
)


@dataclass(frozen=True)
class _Writer:
    """Words of one language and the citations of one programme."""

    language: ExplanationLanguage
    sources: Mapping[str, Source]

    def say(self, ja: str, en: str) -> str:
        return ja if self.language == "ja" else en

    def text(self, text: Text) -> str:
        return text.in_language(self.language)

    def day(self, day: date) -> str:
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "ja" else f"{day:%Y-%m-%d}"

    def moment(self, moment: datetime) -> str:
        there = in_japan(moment)
        return f"{self.day(there.date())} {there:%H:%M}"

    def by(self, rows: Iterable[Sourced]) -> str:
        """Which rows decided, by which sources as of which day, and what of each is not confirmed."""
        return "; ".join(self._row(row) for row in rows)

    def _row(self, row: Sourced) -> str:
        words = f"{self.say(*_ROWS.get(type(row), ('行', 'row')))} = {', '.join(row.source)}"
        words += self.say(f"（{self.day(row.as_of)}）", f" ({self.day(row.as_of)})")
        if not row.confirmed:
            return words + self.say(" ※未確認", " UNCONFIRMED")
        if row.unconfirmed:
            return words + self.say(" ※未確認: ", " UNCONFIRMED: ") + ", ".join(row.unconfirmed)
        return words


def explain(programme: Programme, at: Moment, language: ExplanationLanguage = "ja") -> str:
    """Text for a technician or a manager: measures, functions, services, conditions, contacts, sources."""
    write = _Writer(language, programme.pack.sources)
    pack = programme.pack
    lines = [
        f"{write.text(pack.title)} [{pack.name}]  {write.moment(at.now)} JST",
        write.say(f"ファイルの指紋 {programme.digest[:16]}", f"files' digest {programme.digest[:16]}"),
    ]
    if not pack.operator_connected:
        lines.append(
            write.say(
                "見本: 運営者のシステムにつながっていません", "SAMPLE: no operator's system is connected"
            )
        )
    lines += ["", write.say("■ 施策", "# Measures")]
    for measure in pack.measures:
        lines += _measure(programme, measure, at, write)
    lines += ["", write.say("■ 手続き", "# Functions")]
    for function, ja, en in _FUNCTIONS:
        state = function_state(pack, function, at)
        lines += _indented(write.say(ja, en), _state(state, write), write.by(state.rows))
    lines += ["", *_services(programme, at, write)]
    lines += [
        "",
        *_conditions(programme, write),
        "",
        *_contacts(programme, at, write),
        "",
        *_citations(programme, write),
    ]
    return "\n".join(lines)


def _measure(programme: Programme, measure: Measure, at: Moment, write: _Writer) -> list[str]:
    state = measure_state(programme.pack, measure.key, at)
    lines = _indented(
        f"{measure.key} {write.text(measure.title)}", _state(state, write), write.by(state.rows)
    )
    if isinstance(state, NotOpen) and state.why is Why.NOT_OFFERED_HERE:
        dates = phase_state(programme.pack, measure.key, at)
        lines.append("      " + write.say("制度では: ", "by the programme: ") + _state(dates, write))
    phase = in_force(programme.pack, measure.key, at.day)
    if phase is not None and at.clock_trusted:
        if phase.card_application_until is not None:
            day = write.day(phase.card_application_until)
            lines.append(
                "      " + write.say(f"カードの申請は {day}まで", f"card to be applied for by {day}")
            )
        day = write.day(phase.use_until)
        lines.append("      " + write.say(f"チャージ・買い物は {day}まで", f"charge or purchase until {day}"))
        if phase.extension_announced:
            lines.append(
                "      " + write.say("延長の発表あり（日は未定）", "an extension is announced without a date")
            )
        if phase.note:
            lines.append(f"      ({phase.note})")
    return lines


def _state(state: OpeningState, write: _Writer) -> str:
    if isinstance(state, NotOpen):
        words = "✕ " + write.say(*_WHY[state.why])
        if state.since is not None:
            words += write.say(
                f"（{write.moment(state.since)}から）", f" (since {write.moment(state.since)})"
            )
        if state.again is not None:
            words += write.say(f"　次は {write.moment(state.again)}", f"; next {write.moment(state.again)}")
        return words
    words = write.say("○ 受付中", "○ open")
    if state.closes is not None:
        words += write.say(f"　{write.day(state.closes)}まで", f" until {write.day(state.closes)}")
    if state.pauses is not None and state.pauses != state.ends:
        words += write.say(
            f"　（今日は {write.moment(state.pauses)}まで）", f" (now until {write.moment(state.pauses)})"
        )
    return words


def _services(programme: Programme, at: Moment, write: _Writer) -> list[str]:
    offered = tuple(measure.key for measure in programme.offered_measures())
    catalogues = ", ".join(programme.catalogues)
    lines = [
        write.say(
            f"■ サービス {len(programme.services)}（{catalogues}）",
            f"# Services {len(programme.services)} ({catalogues})",
        )
    ]
    if not offered:
        return lines
    for service in in_kana_order(programme.services):
        state = service_state(programme.pack, service, offered, at)
        words = _service_words(state, write)
        until = use_until(programme.pack, service, offered[0], at)
        if isinstance(state, ServiceOpen) and until is not None:
            words += write.say(f"　使うのは {write.day(until)}まで", f"; use until {write.day(until)}")
        lines += _indented(write.text(service.name), words, write.by(dict.fromkeys((*state.rows, service))))
    return lines


def _service_words(state: ServiceState, write: _Writer) -> str:
    match state:
        case ServiceOpen():
            words = write.say(f"○ {write.day(state.closes)}まで", f"○ until {write.day(state.closes)}")
            if state.register_first:
                words += write.say("　事前登録がいります", "; register first")
            if state.register_unknown:
                words += write.say("　事前登録は不明", "; prior registration unknown")
            return words
        case ServiceBarred():
            where = write.text(state.elsewhere) if state.elsewhere else ""
            return write.say(f"✕ この端末ではできません。{where}", f"✕ not at this terminal. {where}")
        case ServiceTakesPart():
            return write.say("△ 一部の施策だけ", "△ some measures only") + f" ({', '.join(state.refused)} ✕)"
        case ServiceNotYet():
            return write.say(f"✕ {write.moment(state.opens)}から", f"✕ from {write.moment(state.opens)}")
        case ServiceClosed():
            return write.say(
                f"✕ {write.day(state.last_day)}で終わり", f"✕ ended on {write.day(state.last_day)}"
            )
        case ServiceOfflineStopped():
            return "✕ " + write.say(*_WHY[Why.OFFLINE_STOP])
        case ServiceNotDecided():
            return "✕ " + write.say(*_WHY[state.why])


def _conditions(programme: Programme, write: _Writer) -> list[str]:
    lines = [write.say("■ 条件", "# Conditions")]
    for kind, ja, en in _ANSWERED:
        lines.append("  " + write.say(ja, en))
        lines += [f"    {write.text(row.say)}" for row in conditions(programme.pack, kind)]
    return lines


def _contacts(programme: Programme, at: Moment, write: _Writer) -> list[str]:
    lines = [write.say("■ 相談先（この日に有効なもの）", "# Contacts valid on this day")]
    for contact in contacts_on(programme.pack, "programme", at.day):
        guide = f" → {contact.guide}" if contact.guide else ""
        hours = f"  {write.text(contact.hours)}" if contact.hours else ""
        lines += _indented(
            f"{write.text(contact.name)} {contact.phone}{guide}", hours.strip(), write.by((contact,))
        )
    if len(lines) == 1:
        lines.append(
            "  " + write.say("なし。端末の運営者が答えます", "none; the terminal's operator answers")
        )
    return lines


def _citations(programme: Programme, write: _Writer) -> list[str]:
    lines = [write.say("■ 出典", "# Sources")]
    for tag, source in programme.sources().items():
        day = f" ({write.day(source.day)})" if source.day else ""
        url = f" {source.url}" if source.url else ""
        lines.append(f"  {tag}: {source.what}{day}{url}")
    return lines


def _indented(head: str, *rest: str) -> list[str]:
    return [f"  {head}", *(f"      {line}" for line in rest if line)]

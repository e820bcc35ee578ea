"""The page: one word for each terminal, silence is never health, nothing is loaded from elsewhere."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from contract.day_digest import digest_of
from contract.encoding import canonical
from contract.status import Birth, DamagedJournal, DeviceReport, Health, State, StateWord
from contract.topics import Up, up
from fleet.dashboard import make_dashboard, span
from fleet.intake import Arrival, Reason, judge
from fleet.intake_store import read_devices, register_device, take
from fleet.opener import ALARM_SIGNED_EARLIER, ALARM_TAKEN_BACK
from fleet.opening import RecordFault
from fleet.overview import SILENT_AFTER_MS, condition_of, read_overview
from fleet.page_words import WORDS
from fleet.programme_rules import Misfit
from fleet.settings import LOOPBACK
from fleet.slug_words import REASONS
from fleet.store import open_store_to_read
from terminal.journal.events import BY_ID, Severity
from tests.fleet.records import SEAL_KID, Terminal, id_at

NOW = 1_800_000_000_000


def health(service: str = "inService", **changes: object) -> Health:
    values: dict[str, object] = {
        "devices": (),
        "paper": "full",
        "outbox_depth": 0,
        "outbox_oldest_s": 0,
        **changes,
    }
    return Health(1, "boot", NOW, service, audit_head="", journal="0" * 32, last_seq=0, **values)  # type: ignore[arg-type]


CONDITIONS: dict[str, tuple[str | None, int | None, Health | None, str]] = {
    "never heard": (None, None, None, "unknown"),
    "connected without health": ("ready", NOW, None, "unknown"),
    "in service": ("ready", NOW, health(), "inService"),
    "limited": ("ready", NOW, health("degraded"), "degraded"),
    "out of service": ("ready", NOW, health("outOfService"), "outOfService"),
    "lost": ("lost", NOW, health(), "offline"),
    "switched off": ("disconnected", NOW, health(), "offline"),
    "silent too long": ("ready", NOW - SILENT_AFTER_MS - 1, health(), "offline"),
    "a word we do not know": ("ready", NOW, health("sleepy"), "unknown"),
    "an alert": ("alert", NOW, health(), "degraded"),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_terminal_is_called_by_what_is_known_of_it(name: str) -> None:
    state, seen, told, word = CONDITIONS[name]
    assert condition_of(state, seen, told, NOW) == word


def page(
    engine: Engine,
    query: bytes = b"",
    *,
    status: int = 200,
    host: bytes | None = b"127.0.0.1:8440",
    hosts: Sequence[str] = LOOPBACK,
) -> tuple[dict[str, str], str]:
    """Asks the ASGI application itself, without a server."""
    application = make_dashboard(engine, lambda: NOW, sample=True, hosts=hosts)
    sent: list[dict[str, object]] = []

    async def ask() -> None:
        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            sent.append(message)

        headers = [] if host is None else [(b"host", host)]
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": query, "headers": headers}
        await application(scope, receive, send)

    asyncio.run(ask())
    assert sent[0]["status"] == status
    raw = sent[0]["headers"]
    assert isinstance(raw, list)
    headers = {key.decode(): value.decode() for key, value in raw}
    return headers, b"".join(m.get("body", b"") for m in sent[1:]).decode()  # type: ignore[misc]


def fill(engine: Engine, terminal: Terminal) -> None:
    broken = health(
        "degraded",
        devices=(DeviceReport("printer", "online", ""), DeviceReport("nfc", "hardwareError", "")),
        outbox_depth=3,
        outbox_oldest_s=7_300,
        paper="low",
    )
    birth = Birth(
        1, "boot", NOW, "<b>みほん駅前店</b>", "pi", {"terminal": "7.7.7"}, (), "2027-01-01", "synced", True
    )
    words = {
        Up.STATE: canonical(State(1, StateWord.READY, "boot", 1, NOW)),
        Up.BIRTH: canonical(birth),
        Up.HEALTH: canonical(broken),
        Up.ENROLMENT: terminal.envelope(),
    }
    arrivals = [Arrival(up(terminal.name, kind), payload) for kind, payload in words.items()]
    arrivals.append(Arrival(up("tk-0666", Up.ENROLMENT), b"rubbish"))
    devices = read_devices(engine)
    take(engine, [judge(arrival, devices.get, {SEAL_KID}) for arrival in arrivals], NOW)


def test_the_page_shows_terminals_counts_and_quarantine_in_japanese(
    engine: Engine, terminal: Terminal
) -> None:
    fill(engine, terminal)
    _, html = page(engine)
    for text in (
        "tk-0001",
        "一部使えません",
        "NFCリーダー: 故障",
        "3 (2時間1分)",
        "登録のない端末",
        "tk-0666",
        "見本",
    ):
        assert text in html
    assert '<html lang="ja">' in html


@pytest.mark.parametrize(
    ("held", "language", "text"),
    [
        (True, b"", "1日 1件 一致"),
        (True, b"lang=en", "1 d, 1 agree"),
        (False, b"", "2027-01-14 (UTC) の照合: 端末 1件、センター 0件"),
        (False, b"lang=en", "2027-01-14 (UTC) differs: terminal 1, fleet 0"),
    ],
)
def test_the_page_says_whether_every_record_of_the_last_days_is_there(
    engine: Engine, terminal: Terminal, held: bool, language: bytes, text: str
) -> None:
    day = date(2027, 1, 14)  # the day before NOW
    id_ = id_at(datetime(2027, 1, 14, 12, tzinfo=UTC))
    words = [(Up.HEALTH, canonical(health(digests=(digest_of(day, [id_]),))))]
    if held:
        words.insert(0, (Up.ENROLMENT, terminal.envelope(id_=id_)))
    devices = read_devices(engine)
    arrivals = [Arrival(up(terminal.name, kind), payload) for kind, payload in words]
    take(engine, [judge(arrival, devices.get, {SEAL_KID}) for arrival in arrivals], NOW)
    assert text in page(engine, language)[1]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            b"",
            (
                "保存ファイルがこわれた",
                "こわれた保存ファイル abababab: 番号 17 まで、読めない 2件",
                "一部使えません",
            ),
        ),
        (
            b"lang=en",
            ("journal was damaged", "damaged journal abababab: up to number 17, 2 unreadable", "Limited"),
        ),
    ],
)
def test_an_alarm_of_a_terminal_that_works_is_seen_and_needs_somebody(
    engine: Engine, terminal: Terminal, language: bytes, texts: tuple[str, ...]
) -> None:
    journal = "ab" * 16
    told = health(alarms=("journal-damaged",), damaged_journals=(DamagedJournal(journal, 17, 2),))
    words = ((Up.STATE, State(1, StateWord.ALERT, "boot", 1, NOW)), (Up.HEALTH, told))
    arrivals = [Arrival(up(terminal.name, kind), canonical(word)) for kind, word in words]
    take(engine, [judge(arrival, read_devices(engine).get, {SEAL_KID}) for arrival in arrivals], NOW)
    html = page(engine, language)[1]
    for text in (*texts, f'title="{journal}"'):
        assert text in html
    assert read_overview(engine, NOW).needing == 1


def test_every_alarm_of_a_terminals_audit_has_words_in_both_languages() -> None:
    alarms = {id_ for id_, kind in BY_ID.items() if kind.severity is Severity.ALARM}
    assert alarms
    for language in ("ja", "en"):
        assert alarms <= WORDS[language].troubles.keys()


def test_a_working_terminal_with_a_difference_needs_somebody_and_stands_before_the_others(
    engine: Engine, terminal: Terminal
) -> None:
    other = Terminal("tk-0000")
    assert register_device(engine, other.name, other.device.public_key().public_bytes_raw(), 1)
    differing = health(digests=(digest_of(date(2027, 1, 14), ["lost"]),))
    for one, told in ((other, health()), (terminal, differing)):
        words = ((Up.STATE, State(1, StateWord.READY, "boot", 1, NOW)), (Up.HEALTH, told))
        arrivals = [Arrival(up(one.name, kind), canonical(word)) for kind, word in words]
        take(engine, [judge(arrival, read_devices(engine).get, {SEAL_KID}) for arrival in arrivals], NOW)
    overview = read_overview(engine, NOW)
    assert [row.terminal for row in overview.terminals] == [terminal.name, "tk-0000"]
    assert overview.conditions["inService"] == 2
    assert overview.needing == 1


def test_the_page_speaks_english_on_request(engine: Engine, terminal: Terminal) -> None:
    fill(engine, terminal)
    html = page(engine, b"lang=en")[1]
    for text in ("Limited", "NFC reader: fault", "Terminal is not registered"):
        assert text in html
    assert "unknown-terminal" not in html


SLUGS = {
    *map(str, (*Reason, *RecordFault, *Misfit)),
    *(
        f"certificate-{reason}"
        for reason in ("damaged", "key-type", "issuer", "test-ca", "not-yet", "expired")
    ),
    ALARM_SIGNED_EARLIER,
    ALARM_TAKEN_BACK,
}


def test_every_reason_has_words_in_both_languages_and_no_word_is_left_over() -> None:
    assert set(REASONS) == SLUGS
    for slug, (ja, en) in REASONS.items():
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", ja), slug
        assert en.isascii(), slug
        assert en != slug


@pytest.mark.parametrize("host", [b"127.0.0.1:8440", b"localhost", b"LOCALHOST:8440", b"[::1]:8440"])
def test_the_page_answers_to_the_names_of_this_machine(engine: Engine, host: bytes) -> None:
    assert "登録された端末は" in page(engine, host=host)[1]


@pytest.mark.parametrize(
    "host",
    [b"evil.example", b"127.0.0.1.evil.example:8440", b"localhost@evil.example", b"", b"192.0.2.1", None],
)
def test_the_page_answers_to_no_other_name(engine: Engine, host: bytes | None) -> None:
    assert "fleet" not in page(engine, host=host, status=400)[1].lower()


def test_the_page_answers_to_the_names_in_its_settings(engine: Engine) -> None:
    page(engine, host=b"fleet.example", hosts=["fleet.example"])
    page(engine, host=b"localhost", hosts=["fleet.example"], status=400)


def test_what_a_terminal_says_cannot_become_markup(engine: Engine, terminal: Terminal) -> None:
    fill(engine, terminal)
    html = page(engine)[1]
    assert "<b>みほん" not in html
    assert "&lt;b&gt;みほん" in html


def test_one_terminal_cannot_fill_or_disguise_the_page(engine: Engine, terminal: Terminal) -> None:
    many = health("degraded", devices=tuple(DeviceReport(f"d{n}", "unknown", "x" * 50) for n in range(500)))
    birth = Birth(
        1, "boot", NOW, "\u202e" + "店" * 9_000, "pi", {"terminal": "7.7.7" * 99}, (), "", "synced", True
    )
    devices = read_devices(engine)
    for kind, word in ((Up.BIRTH, birth), (Up.HEALTH, many)):
        take(engine, [judge(Arrival(up(terminal.name, kind), canonical(word)), devices.get, {SEAL_KID})], NOW)
    html = page(engine)[1]
    assert len(html) < len(page(engine)[1].replace("店", "")) + 200
    assert html.count("x" * 50) < 60
    assert "… 500" in html
    assert "\u202e" not in html


def test_the_version_is_the_one_that_the_terminal_tells(engine: Engine, terminal: Terminal) -> None:
    fill(engine, terminal)
    assert "7.7.7" in page(engine)[1]


def test_the_page_loads_nothing_from_anywhere(engine: Engine) -> None:
    headers, html = page(engine)
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert re.findall(r"""(?:src|href)=["'](?!\?)""", html) == []


def test_an_empty_fleet_has_a_page_too(engine: Engine) -> None:
    assert "登録された端末はまだありません" in page(engine)[1]


def test_the_page_opens_the_store_only_to_read(engine: Engine, terminal: Terminal) -> None:
    fill(engine, terminal)
    reader = open_store_to_read(str(engine.url))
    assert "tk-0001" in page(reader)[1]
    reader.dispose()


def test_before_there_is_a_store_the_page_says_so_and_looks_again(tmp_path: Path) -> None:
    reader = open_store_to_read(f"sqlite:///{tmp_path / 'none.db'}")
    html = page(reader, status=503)[1]
    assert "いま記録を読めません" in html
    assert 'http-equiv="refresh"' in html
    assert "cannot be read" in page(reader, b"lang=en", status=503)[1]
    reader.dispose()


@pytest.mark.parametrize("query", [b"", b"lang=en"])
def test_what_a_person_must_look_at_comes_before_the_long_list_of_terminals(
    engine: Engine, terminal: Terminal, query: bytes
) -> None:
    fill(engine, terminal)
    words = WORDS["en" if query else "ja"]
    html = page(engine, query)[1]
    places = [html.index(f"<h2>{title}") for title in (words.alarms, words.terminals, words.quarantine)]
    assert places == sorted(places)


def test_counts_agree_with_the_rows(engine: Engine, terminal: Terminal) -> None:
    fill(engine, terminal)
    overview = read_overview(engine, NOW)
    assert overview.conditions == {
        "inService": 0,
        "degraded": 1,
        "unknown": 0,
        "offline": 0,
        "outOfService": 0,
    }
    assert (overview.stages, overview.quarantined, overview.outbox_depth) == ({"received": 1}, 1, 3)


@pytest.mark.parametrize(
    ("seconds", "ja", "en"),
    [
        (-5, "0秒", "0 s"),
        (59, "59秒", "59 s"),
        (60, "1分", "1 min"),
        (3_660, "1時間1分", "1 h 1 min"),
        (180_000, "2日2時間", "2 d 2 h"),
    ],
)
def test_durations_are_said_in_their_largest_units(seconds: int, ja: str, en: str) -> None:
    assert (span(seconds, "ja"), span(seconds, "en")) == (ja, en)

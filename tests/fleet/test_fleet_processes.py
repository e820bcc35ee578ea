"""The fleet's programs as real processes: an application goes in at the outbox, its sealed answer comes out."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import text

from bench.broker import Broker
from bench.fleet_keys import make_fleet, make_terminal, private_file
from bench.fleet_processes import (
    FleetFolder,
    dashboard_process,
    ingest_process,
    opener_process,
    uplink_process,
    uplink_table,
    write_uplink_config,
)
from bench.terminal_journal import TerminalJournal
from contract.answer import ProgrammeAnswer, Verdict, open_answer
from contract.record import Plaintext, Procedure, body_bytes, pack
from fleet.store import open_store
from tests.fleet.records import CardCa, card_signature, make_body
from tests.waiting import until

pytestmark = pytest.mark.servers


def test_the_page_makes_no_store_and_finds_the_one_that_comes(tmp_path: Path) -> None:
    files, authority = make_fleet(tmp_path / "keys")
    terminal = make_terminal(authority, "tk-0001", tmp_path / "keys" / "tk-0001")
    fleet = FleetFolder(tmp_path / "fleet", files, Broker(tmp_path / "broker", files), card_ca=files.tls_ca)
    address = f"http://127.0.0.1:{fleet.dashboard_port}/"
    page = dashboard_process(fleet, tmp_path / "dashboard.log")

    def status() -> int:
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    page.start()
    try:
        until(status, "the page's first answer")
        assert status() == 503
        assert not (tmp_path / "fleet" / "fleet.db").exists()
        fleet.register(terminal)
        assert status() == 200
        assert page.stop() == 0
    finally:
        page.stop()


def test_an_application_is_answered_to_its_visit_while_opener_and_ingest_are_killed(tmp_path: Path) -> None:
    files, authority = make_fleet(tmp_path / "keys")
    terminal = make_terminal(authority, "tk-0001", tmp_path / "keys" / "tk-0001")
    ca = CardCa()
    card_ca = private_file(tmp_path / "card-ca.pem", ca.pem())
    broker = Broker(tmp_path / "broker", files)
    fleet = FleetFolder(tmp_path / "fleet", files, broker, card_ca=card_ca)
    fleet.register(terminal)
    journal = TerminalJournal(tmp_path / "data", files, terminal)
    uplink_settings = uplink_table(terminal, files, broker, reconnect_s=0.1, spread_s=0.0, resend_s=1.0)
    config = write_uplink_config(tmp_path / "terminal.toml", terminal, tmp_path / "data", uplink_settings)
    ingest = ingest_process(fleet, tmp_path / "ingest.log")
    opener = opener_process(fleet, tmp_path / "opener.log")
    uplink = uplink_process(config, tmp_path / "uplink.log")
    page = dashboard_process(fleet, tmp_path / "dashboard.log")
    processes = [ingest, opener, uplink, page]
    visits: dict[str, X25519PrivateKey] = {}

    def enrol(**changes: object) -> str:
        visit = X25519PrivateKey.generate()
        body = make_body(visit, time="2022-07-15T10:00:00+09:00", clock="set", demo=True, **changes)
        raw = body_bytes(body)
        visits[body.id] = visit
        plaintext = Plaintext(raw, ca.issue("holder"), card_signature("holder", raw))
        return journal.store(pack(plaintext), body.id)

    def answer(id_: str) -> ProgrammeAnswer | None:
        sealed = next((one for one in journal.answers if one.id == id_), None)
        opened = open_answer(sealed, visits[id_]) if sealed is not None else None
        return opened if isinstance(opened, ProgrammeAnswer) else None

    broker.start()
    try:
        for process in processes:
            process.start()
        journal.start()
        reservation = enrol(procedure=Procedure.RESERVATION, service=None)
        until(lambda: answer(reservation), "the answer to the 予約")
        opener.kill()
        first, second = enrol(), enrol()
        until(lambda: journal.depth == 0, "both acknowledged without the opener")
        opener.start()
        ingest.kill()
        ingest.start()
        until(lambda: answer(first) and answer(second), "the answers to both 申込")
        verdicts = sorted(str(found.verdict) for id_ in (first, second) if (found := answer(id_)))
        mine = answer(reservation)
        assert mine is not None
        assert (mine.verdict, len(mine.mykey_id), mine.sample) == (Verdict.DONE, 8, True)
        assert verdicts == [Verdict.ALREADY, Verdict.DONE]
        address = f"http://127.0.0.1:{fleet.dashboard_port}/"
        with urllib.request.urlopen(address, timeout=5) as response:
            assert "tk-0001" in response.read().decode()
        for process in processes:
            assert process.stop() == 0, process.log.read_text()
        engine = open_store(fleet.url)
        with engine.connect() as connection:
            stages = connection.execute(text("SELECT stage, count(*) FROM enrolments GROUP BY stage")).all()
        engine.dispose()
        assert {tuple(row) for row in stages} == {("done", 2), ("already", 1)}
    finally:
        for process in processes:
            process.stop()
        broker.stop()
        journal.close()

"""The uplink: carries sealed records to the broker and signed documents back. It can read and decide nothing.

One thread, one loop: it sleeps in select() until the broker speaks, and asks the outbox's data_version 20 times a
second, which costs 10 µs and finds a fresh record within 50 ms.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import paho.mqtt.client as mqtt

from contract.broker_line import KEEPALIVE_S, Address, Connection, Mqtt5, Retained
from contract.encoding import MAX_PAYLOAD, Malformed, read
from contract.status import Birth, Health, StateWord
from contract.topics import Down, ForAll, Up, down, for_all, up
from terminal.journal.link import REPEAT_S
from terminal.journal.mailbox import Mailbox, MailboxFull, PutFailed
from terminal.journal.outbox_reader import OutboxReader, OutboxUnreadable
from terminal.journal.outbox_rows import Cursor, Pending
from terminal.journal.status import StatusReader
from terminal.uplink.backoff import reconnect_pause
from terminal.uplink.certificate import certificate_ends
from terminal.uplink.incoming import Drop, FleetWord, Incoming, Keep
from terminal.uplink.outflow import Outflow
from terminal.uplink.presence import Presence, life_word, with_certificate
from terminal.uplink.settings import UplinkSettings

log = logging.getLogger("terminal.uplink")

#: File name of the outbox in the data folder.
OUTBOX = "outbox.db"

#: Acks and answers outlive an hour without network; later ones are sent again anyway.
_SESSION_S = 3_600
#: Most documents the broker may have under way to us unconfirmed: they are held until the mailbox has room.
RECEIVE_MAXIMUM = 100
_POLL_S = 0.05
_STATUS_S = 1.0  # health is said at most this often, however often it changes
_TIDY_S = 0.25
_RESCAN_S = 30.0  # `resend since` queues old rows again; they are found this late
_ALIVE_S = 5.0
#: No bytes for this long although a ping is due every KEEPALIVE_S: our own loop or paho is stuck, let systemd end it.
_DEAF_S = 2.5 * KEEPALIVE_S
#: A connection that lives shorter than this counts as a failure: a broker that takes and drops us is not hammered.
_LIVED_S = 10.0


@dataclass(frozen=True)
class UplinkSurroundings:
    """Time and chance: monotonic seconds, a number between 0 and 1, a wait that may end early, a word to systemd."""

    monotonic: Callable[[], float]
    chance: Callable[[], float]
    wait: Callable[[float], None]
    alive: Callable[[], None]
    stop: Callable[[], bool]
    #: Told (connected to the broker, fleet says it is online) on change and every `REPEAT_S`.
    link: Callable[[bool, bool], None] = lambda _connected, _fleet: None


class Uplink:
    """Owns the mailbox file and the connection; reads outbox and status."""

    def __init__(
        self,
        settings: UplinkSettings,
        *,
        outbox: OutboxReader,
        mailbox: Mailbox,
        status: StatusReader,
        presence: Presence,
        around: UplinkSurroundings,
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._mailbox = mailbox
        self._status = status
        self._presence = presence
        self._around = around
        self._connection = Connection(_address(settings), around.monotonic)
        self._outflow = Outflow(settings.resend_s, around.chance)
        self._incoming = Incoming(settings.terminal)
        self._held: list[tuple[mqtt.MQTTMessage, Keep]] = []
        self._fleet_online = True
        self._more = True
        self._outbox_inode = 0
        self._damaged: set[int] = set()
        self._consumed = Cursor("", 0)
        self._birth = b""
        self._health = b""
        self._alarms: tuple[str, ...] = ()
        self._said = StateWord.INIT
        self._mailbox_told = False
        self._told_link: tuple[bool, bool] | None = None
        self._due = dict.fromkeys(("status", "tidy", "rescan", "alive", "link"), 0.0)

    def run(self) -> None:
        """Until told to stop; a lost broker is tried again with growing, jittered pauses."""
        failures = 0
        subscriptions = self._subscriptions()
        while not self._around.stop():
            trouble = self._connection.open(subscriptions, self._presence.next_connection())
            if trouble:
                failures += 1
            else:
                began = self._around.monotonic()
                trouble = self._serve()
                self._let_go()
                failures = 0 if self._around.monotonic() - began >= _LIVED_S else failures + 1
            if not self._around.stop():
                self._pause(failures, trouble)
        self._connection.close(self._presence.word(StateWord.DISCONNECTED))

    def _subscriptions(self) -> list[str]:
        terminal = self._settings.terminal
        return [*(down(terminal, kind) for kind in Down), *(for_all(kind) for kind in ForAll)]

    def _pause(self, failures: int, trouble: str) -> None:
        pause = reconnect_pause(
            self._settings.reconnect_s, failures, self._settings.spread_s, self._around.chance()
        )
        log.warning("no connection: %s; next try in %.1f s", trouble, pause)
        until = self._around.monotonic() + pause
        while not self._around.stop() and (left := until - self._around.monotonic()) > 0:
            self._say_alive()
            self._tell_link(connected=False)
            self._around.wait(min(left, 1.0))

    def _serve(self) -> str:
        """Until the connection is lost (returns why) or a stop is asked for."""
        self._greet()
        while not self._around.stop() and not self._connection.lost:
            messages = self._connection.pump(0 if self._can_send() else _POLL_S)
            self._take(messages)
            self._outflow.confirmed(self._connection.confirmed())
            self._outflow.thrown_away(self._connection.thrown_away(), self._around.monotonic())
            self._follow_outbox()
            self._send()
            self._tell_status()
            self._tell_link(connected=not self._connection.lost)
            if self._around.monotonic() - self._connection.heard_at < _DEAF_S:
                self._say_alive()
        return self._connection.lost

    def _let_go(self) -> None:
        """What was not confirmed on the lost connection comes again, both ways."""
        self._outflow.connection_lost()
        if self._held:
            self._held.clear()
            self._incoming = Incoming(self._settings.terminal)

    # ------------------------------------------------------------------ presence

    def _greet(self) -> None:
        log.info("connected")
        self._fleet_online, self._said = True, StateWord.INIT
        if not self._connection.session_present:
            self._outflow.broker_forgot()
        self._outflow.rewind()
        self._more = True
        self._publish(self._presence.word(StateWord.INIT))
        if self._birth:
            self._publish(self._whole_birth())
        if self._health:
            self._publish(Retained(up(self._settings.terminal, Up.HEALTH), self._health))
        self._due["status"] = 0.0
        self._tell_status()

    def _tell_status(self) -> None:
        """New birth and health as the terminal wrote them, and the state word that follows from them."""
        if not self._is_due("status", _STATUS_S):
            return
        birth, health = self._status.changed(Birth), self._status.changed(Health)
        if birth is not None:
            self._birth = birth
            self._publish(self._whole_birth())
        if health is not None:
            self._health = health
            self._publish(Retained(up(self._settings.terminal, Up.HEALTH), health))
            said = read(Health, health)
            self._alarms = () if isinstance(said, Malformed) else said.alarms
        word = life_word(born=bool(self._birth), alarms=self._alarms)
        if word is not self._said:
            self._said = word
            self._publish(self._presence.word(word))

    def _whole_birth(self) -> Retained:
        """The certificate is read anew: the next connection uses a renewed one without a restart."""
        birth = with_certificate(self._birth, certificate_ends(self._settings.cert))
        return Retained(up(self._settings.terminal, Up.BIRTH), birth)

    def _tell_link(self, *, connected: bool) -> None:
        """The terminal's screen says whether there is a connection; it must not believe an old word."""
        word = (connected, connected and self._fleet_online)
        if word != self._told_link or self._is_due("link", REPEAT_S):
            self._told_link = word
            self._due["link"] = self._around.monotonic() + REPEAT_S
            self._around.link(*word)

    def _publish(self, word: Retained) -> None:
        self._connection.publish(word.topic, word.payload, retain=True)

    # ------------------------------------------------------------------ down

    def _take(self, messages: Sequence[mqtt.MQTTMessage]) -> None:
        for message in messages:
            found = self._incoming.sort(message.topic, bytes(message.payload))
            if isinstance(found, Keep):
                if len(self._held) < RECEIVE_MAXIMUM:  # beyond it a broker ignores our limit; it comes again
                    self._held.append((message, found))
                continue
            if isinstance(found, FleetWord):
                self._fleet_online = found.online
                if found.online:
                    self._outflow.fleet_came(self._around.monotonic(), self._settings.spread_s)
            elif isinstance(found, Drop):
                log.debug("not kept: %s", found.reason)
            self._connection.confirm(message)
        if self._held:
            self._store_held()

    def _store_held(self) -> None:
        """The broker is told only when the mailbox has them; a full one holds it back by its own receive maximum."""
        result = self._mailbox.put([(keep.kind, keep.payload) for _, keep in self._held])
        if isinstance(result, MailboxFull | PutFailed):
            if not self._mailbox_told:
                log.warning("mailbox: %s", result)
            self._mailbox_told = True
            return
        self._mailbox_told = False
        for message, _ in self._held:
            self._connection.confirm(message)
        self._held.clear()

    # ------------------------------------------------------------------ up

    def _can_send(self) -> bool:
        return self._more and self._outflow.room(self._window()) > 0

    def _window(self) -> int:
        """With the fleet offline one message at a time: enough to notice that its word was out of date."""
        if not self._fleet_online:
            return 1
        return min(self._settings.window, self._connection.receive_maximum)

    def _follow_outbox(self) -> None:
        if self._is_due("rescan", _RESCAN_S):
            self._outflow.rewind()
            self._more = True
        if self._outbox.changed():
            self._more = True
            self._notice_replacement()
            acked = self._outbox.acked(self._outflow.waiting)
            if not isinstance(acked, OutboxUnreadable):
                self._outflow.acknowledged(acked)
            cursor = self._outbox.cursor()
            if not isinstance(cursor, OutboxUnreadable):
                self._consumed = cursor
        if self._consumed.n and self._is_due("tidy", _TIDY_S):
            self._mailbox.discard(self._consumed)
            self._consumed = Cursor("", 0)

    def _notice_replacement(self) -> None:
        """A damaged outbox is moved aside and a new file takes its name; row numbers then start again."""
        try:
            inode = (self._settings.data_dir / OUTBOX).stat().st_ino
        except OSError:
            return
        if inode != self._outbox_inode:
            self._outbox_inode = inode
            self._outflow.other_outbox()
            self._damaged.clear()

    def _send(self) -> None:
        now = self._around.monotonic()
        for row in self._outflow.overdue(now, self._overdue_room()):
            again = self._outbox.pending(row - 1, 1)
            if isinstance(again, OutboxUnreadable):
                return
            if again and again[0].row == row:
                self._send_one(again[0], now)
            else:
                self._outflow.acknowledged((row,))
        room = self._outflow.room(self._window())
        if not (self._more and room):
            return
        rows = self._outbox.pending(self._outflow.cursor, room)
        if isinstance(rows, OutboxUnreadable):
            self._more = False
            return
        self._more = len(rows) == room
        waiting = self._outflow.waiting
        with self._connection.burst():
            for pending in rows:
                self._outflow.looked_at(pending.row)
                if pending.row not in waiting:
                    self._send_one(pending, now)

    def _overdue_room(self) -> int:
        return max(0, self._window() - self._outflow.unconfirmed)

    def _send_one(self, pending: Pending, now: float) -> None:
        if not pending.intact:
            self._pass_over(pending.row)
            return
        mid = self._connection.publish(up(self._settings.terminal, Up.ENROLMENT), pending.sealed)
        if mid is not None:
            self._outflow.sent(pending.row, mid, now)

    def _pass_over(self, row: int) -> None:
        """A damaged row is told once; each rescan looks at it again, for a misread may have been the cable's fault."""
        self._outflow.passed_over(row)
        if row not in self._damaged:
            self._damaged.add(row)
            log.error("row %d of the outbox is damaged and is not sent", row)

    # ------------------------------------------------------------------ time

    def _is_due(self, what: str, every_s: float) -> bool:
        now = self._around.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + every_s
        return True

    def _say_alive(self) -> None:
        if self._is_due("alive", _ALIVE_S):
            self._around.alive()


def _address(settings: UplinkSettings) -> Address:
    return Address(
        host=settings.host,
        port=settings.port,
        ca=settings.ca,
        cert=settings.cert,
        key=settings.key,
        client_id=settings.terminal,
        # Only the ingest may write to what we read (fleet/broker/acl.conf), and we need to be told what nobody took.
        mqtt5=Mqtt5(_SESSION_S, RECEIVE_MAXIMUM, maximum_packet=MAX_PAYLOAD + 1_024),
    )

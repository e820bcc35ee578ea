"""The composition root: the one place that sees core, drivers and screens together. `__main__` calls it.

Order of the start: settings, window, first frame; then, with the first screen standing, journal, readers, printer and
panel, each of which announces itself when it is there. A wedged device costs that device, not the start.
"""

from __future__ import annotations

import asyncio
import os
import platform
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import sdnotify
import uuid_utils

from contract.settings_file import BadSettings
from contract.status import Birth, Health
from contract.tables import Fault
from programmes.loader import Programme
from terminal.clock import SystemClock, known_past
from terminal.day import Terminal, serve
from terminal.facilities import Facilities, Operator, Place, milliseconds
from terminal.health import health_message
from terminal.inbox import Inbox, Shutdown
from terminal.limits import Limits
from terminal.memory import clear_memory, set_program_aside
from terminal.messages import Localised, message
from terminal.presentation import Language, Presentation
from terminal.readiness import Readiness, readiness
from terminal.settings import OperatorTable, Settings
from terminal.trust import Trust
from terminal.views import OutOfService
from terminal.visit import Surroundings

if TYPE_CHECKING:
    from screens.catalogue import Catalogue
    from screens.theme import Glass
    from screens.window import KivyScreen
    from terminal.devices import Devices
    from terminal.journal_thread import JournalThread


@dataclass(frozen=True)
class Appliance:
    """All that runs after the first frame."""

    settings: Settings
    screen: KivyScreen
    clock: SystemClock
    devices: Devices
    journal: JournalThread
    data: Path
    boot: str


async def run(settings: Settings, trust: Trust, programme: Programme) -> int:
    """Runs the terminal until SIGTERM or SIGINT. An exception in any part ends all of it: systemd starts anew."""
    inbox, loop = Inbox(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, inbox.put, Shutdown())
    from screens.catalogue import load_catalogue
    from terminal.journal.events import ProcessStopped

    catalogue = load_catalogue()
    screen = _screen(settings, catalogue)
    crashed: asyncio.Future[None] = loop.create_future()
    loop.set_exception_handler(lambda _loop, context: _crash(crashed, context))
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_raise_what_crashed(crashed), name="crash")
        window = group.create_task(screen.run(), name="window")
        screen.show(_starting(settings, programme), _usual(settings))
        await screen.drawn()
        async with _appliance(settings, trust, screen, inbox) as appliance:
            background = [
                group.create_task(_presses(screen, inbox), name="presses"),
                group.create_task(_make_rounds(appliance), name="rounds"),
            ]
            async with _robot(settings, screen):
                set_program_aside()
                await serve(_terminal(appliance, trust, programme, catalogue, inbox))
            appliance.journal.note(ProcessStopped("told-to-stop"))
            for task in background:
                task.cancel()
        screen.close()
        await window
        watch.cancel()
    return 0


def _crash(crashed: asyncio.Future[None], context: dict[str, Any]) -> None:
    """What a callback or a forgotten task raised belongs to nobody; here it ends the process as all else does."""
    error = context.get("exception")
    if not crashed.done() and isinstance(error, BaseException):
        crashed.set_exception(error)


async def _raise_what_crashed(crashed: asyncio.Future[None]) -> None:
    await crashed


# --------------------------------------------------------------------------- window


def fitted_glass(settings: Settings) -> Glass:
    """A known size knows its own pixel, unless the settings have measured one."""
    from screens.theme import glass

    return glass(settings.file.screen.size, settings.file.screen.mm_per_px)


def _screen(settings: Settings, catalogue: Catalogue) -> KivyScreen:
    from screens.environment import prepare

    glass = fitted_glass(settings)
    home = settings.path(settings.file.terminal.data_dir) / "kivy"
    home.mkdir(parents=True, exist_ok=True)
    prepare(glass, home, fullscreen=settings.file.screen.fullscreen)
    from screens.window import KivyScreen

    return KivyScreen(glass, catalogue)


def _usual(settings: Settings) -> Presentation:
    return Presentation(language=Language(settings.file.screen.language))


def _starting(settings: Settings, programme: Programme) -> OutOfService:
    return OutOfService(
        title=message("attract.one_moment"),
        sample=settings.demo or not programme.pack.operator_connected,
    )


async def _presses(screen: KivyScreen, inbox: Inbox) -> None:
    while True:
        inbox.put(await screen.answer())


@asynccontextmanager
async def _robot(settings: Settings, screen: KivyScreen) -> AsyncIterator[None]:
    """The robot socket, where the settings have one; an installed terminal never does."""
    if settings.file.robot is None:
        yield
        return
    from screens.robot import Robot

    server = await Robot(screen).serve(settings.path(settings.file.robot.socket))
    try:
        yield
    finally:
        server.close()


# --------------------------------------------------------------------------- what runs after the first frame


@asynccontextmanager
async def _appliance(
    settings: Settings, trust: Trust, screen: KivyScreen, inbox: Inbox
) -> AsyncIterator[Appliance]:
    from terminal.devices import open_devices

    data = settings.path(settings.file.terminal.data_dir)
    clock = SystemClock(floor=known_past(data), visit_start=settings.file.terminal.now)
    journal = _open_journal(settings, trust, data, clock, inbox)
    devices = await open_devices(settings, inbox)
    if isinstance(devices, Fault):
        await journal.close()
        print(BadSettings((devices,)).text(), file=sys.stderr)
        raise SystemExit(os.EX_CONFIG)
    try:
        yield Appliance(settings, screen, clock, devices, journal, data, _boot_id())
    finally:
        await devices.close()
        await journal.close()


def _open_journal(
    settings: Settings, trust: Trust, data: Path, clock: SystemClock, inbox: Inbox
) -> JournalThread:
    from terminal.journal.events import ProcessStarted
    from terminal.journal.outbox_opening import OutboxUnavailable, open_outbox
    from terminal.journal.trouble_words import trouble_fault
    from terminal.journal.writer_lock import writer_of
    from terminal.journal_thread import JournalThread

    outbox = open_outbox(
        data / "outbox.db",
        now=clock.wall_now,
        random=secrets.token_bytes,
        limit=settings.file.limits.outbox_records,
    )
    if isinstance(outbox, OutboxUnavailable):
        fault = trouble_fault(data / "outbox.db", outbox.reason, writer=writer_of(data / "outbox.db"))
        head = "記録を開けないので、受付できません。Without its journal the terminal takes no enrolment:"
        print(head, *fault.lines(), sep="\n", file=sys.stderr)
        raise SystemExit(os.EX_CANTCREAT)
    journal = JournalThread(
        outbox,
        data,
        terminal=settings.file.terminal.id,
        ring=trust.ring,
        root=trust.root,
        tell=inbox.put,
        loop=asyncio.get_running_loop(),
    )
    journal.note(ProcessStarted(clock.state().value))
    return journal


def _terminal(
    appliance: Appliance, trust: Trust, programme: Programme, catalogue: Catalogue, inbox: Inbox
) -> Terminal:
    settings, devices = appliance.settings, appliance.devices
    limits = settings.file.limits
    facilities = _facilities(appliance, trust, programme, catalogue)
    around = Surroundings(
        clock=appliance.clock,
        screen=appliance.screen,
        inbox=inbox,
        readers=devices.readers,
        panel=devices.panel,
        limits=Limits(
            idle_warning_s=limits.idle_warning_s,
            idle_end_s=limits.idle_end_s,
            card_gap_s=limits.card_gap_s,
            take_card_s=limits.take_card_s,
            presence_cover_s=limits.presence_cover_s,
            presence_end_s=limits.presence_end_s,
        ),
        sample=facilities.sample,
    )
    return Terminal(
        around=around,
        facilities=facilities,
        readiness=lambda: _readiness(appliance),
        usual=_usual(settings),
        restarted=appliance.journal.crashed_before,
        clear_memory=clear_memory,
    )


def _facilities(appliance: Appliance, trust: Trust, programme: Programme, catalogue: Catalogue) -> Facilities:
    file = appliance.settings.file
    operator = file.operator
    return Facilities(
        programme=programme,
        anchors=trust.anchors,
        keys=appliance.journal.ring,
        device_key=trust.device_key,
        store=appliance.journal,
        printer=appliance.devices.printer,
        wording=catalogue,
        link=appliance.journal,
        operator=Operator(
            name=Localised(operator.name, operator.name_en),
            contact=Localised(operator.contact, operator.contact_en),
            purpose=Localised(operator.purpose, operator.purpose_en),
            retention=Localised(operator.retention, operator.retention_en),
            disclosure=_disclosure(operator),
        ),
        place=Place(file.terminal.id, file.terminal.site, file.terminal.site_address),
        demo=appliance.settings.demo,
        new_id=lambda: str(uuid_utils.uuid7()),
        reader_kind=appliance.devices.kinds.fitted,
    )


def _disclosure(operator: OperatorTable) -> Localised:
    """Where residents ask for their own data: a desk of its own, or the operator's contact."""
    if operator.disclosure:
        return Localised(operator.disclosure, operator.disclosure_en)
    return Localised(operator.contact, operator.contact_en)


def _readiness(appliance: Appliance) -> Readiness:
    printer = appliance.devices.printer
    return readiness(
        readers=appliance.devices.readers.health(),
        printer=printer.status() if printer is not None else None,
        clock=appliance.clock.state(),
        store_accepts=appliance.journal.accepts(),
        online=appliance.journal.online(),
    )


# --------------------------------------------------------------------------- rounds


async def _make_rounds(appliance: Appliance) -> None:
    from terminal.rounds import ROUND_S, Rounds

    notifier = sdnotify.SystemdNotifier()
    notifier.notify("READY=1")
    born = _birth(appliance)
    rounds = Rounds(
        appliance.data,
        appliance.clock,
        appliance.journal,
        birth=lambda: msgspec.structs.replace(
            born, ts=_now_ms(appliance), clock=appliance.clock.state().value
        ),
        health=lambda: _health_now(appliance),
        devices=appliance.devices.with_printer,
    )
    while True:
        rounds.go()
        feed_watchdog(notifier.notify, appliance.journal)
        await asyncio.sleep(ROUND_S)


class KeepsUp(Protocol):
    def keeps_up(self) -> bool: ...


def feed_watchdog(notify: Callable[[str], None], journal: KeepsUp) -> None:
    """The loop that draws is the loop that feeds the watchdog: a frozen screen is a dead terminal.

    So is one whose journal hangs: whoever has just signed waits for a word that does not come.
    """
    if journal.keeps_up():
        notify("WATCHDOG=1")


def _health_now(appliance: Appliance) -> Health:
    printer = appliance.devices.printer
    return health_message(
        boot=appliance.boot,
        ts=_now_ms(appliance),
        devices=appliance.devices.health(),
        printer=printer.status() if printer is not None else None,
        journal=appliance.journal.state(),
        ready=_readiness(appliance),
        disk_free_mb=shutil.disk_usage(appliance.data).free // 1_000_000,
        temperature_c=_temperature(),
    )


def _birth(appliance: Appliance) -> Birth:
    file = appliance.settings.file
    fitted = {"pcsc": True, "nfc": file.reader.nfc is not None, "printer": file.printer is not None}
    fitted["panel"] = file.panel is not None
    return Birth(
        v=1,
        boot=appliance.boot,
        ts=_now_ms(appliance),
        site=file.terminal.site,
        hardware=_hardware(),
        versions={"terminal": version("mynapo"), "python": platform.python_version()},
        capabilities=tuple(name for name, there in fitted.items() if there),
        certificate_expires="",  # the uplink's to read and to add
        clock=appliance.clock.state().value,
        demo=appliance.settings.demo,
    )


def _now_ms(appliance: Appliance) -> int:
    return milliseconds(appliance.clock.wall_now())


def _boot_id() -> str:
    """The kernel's name for this boot (random(4)); the uplink says the same, so that the fleet can match them."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _hardware() -> str:
    """The board's name (Linux device tree, `model`), or the machine's architecture where there is none."""
    try:
        return Path("/proc/device-tree/model").read_text(encoding="utf-8").rstrip("\0")
    except OSError:
        return platform.machine()


def _temperature() -> float | None:
    """Degrees of the first thermal zone (Linux sysfs, millidegrees)."""
    try:
        return int(Path("/sys/class/thermal/thermal_zone0/temp").read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None

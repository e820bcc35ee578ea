"""The devices that the settings name, opened; what is not fitted is absent, never simulated."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.panel.absent import NoPanel
from drivers.panel.fitted import FittedPanel
from drivers.panel.settings import PanelSettings
from drivers.printer.printer import EscPosPrinter
from drivers.readers.nfc import NfcBackend, NfcSettings
from drivers.readers.pcsc import PcscBackend
from drivers.readers.station import CardStation, ReaderBackend
from terminal.inbox import Inbox
from terminal.ports import CardEvent, DeviceHealth, Lamp, Panel, Printer, ReaderFound, ReaderKind, ReaderLost
from terminal.settings import NfcTable, PanelTable, ReaderTable, Settings


@dataclass(frozen=True)
class Devices:
    readers: CardStation
    printer: Printer | None
    panel: Panel
    kinds: ReaderKinds

    def health(self) -> Sequence[DeviceHealth]:
        return (*self.readers.health(), *self.panel.health())

    def with_printer(self) -> Sequence[DeviceHealth]:
        if self.printer is None:
            return self.health()
        status = self.printer.status()
        return (*self.health(), DeviceHealth("printer", status.condition, status.detail))

    async def close(self) -> None:
        await self.readers.close()
        if self.printer is not None:
            await self.printer.close()
        await self.panel.close()


class ReaderKinds:
    """Which kind of reader stands there and works: the one into which the card is put comes first."""

    def __init__(self) -> None:
        self._there: dict[str, ReaderKind] = {}

    def hear(self, event: CardEvent) -> None:
        match event:
            case ReaderFound(reader, kind):
                self._there[reader] = kind
            case ReaderLost(reader):
                self._there.pop(reader, None)
            case _:
                pass

    def fitted(self) -> ReaderKind:
        kinds = set(self._there.values())
        return ReaderKind.FIELD if kinds == {ReaderKind.FIELD} else ReaderKind.CONTACT


async def open_devices(settings: Settings, inbox: Inbox) -> Devices:
    """Starts every device's own thread or process; each reports when it is there.

    Raises `PanelUnusable` when the settings name a panel that cannot be: a wrong factory must be seen at once.
    """
    station = CardStation(backends(settings.file.reader))
    kinds = ReaderKinds()
    station.subscribe(kinds.hear)
    station.subscribe(inbox.put)
    station.start()
    table = settings.file.printer
    printer = EscPosPrinter(table.device, table.baud, table.columns) if table is not None else None
    panel = await _open_panel(settings.file.panel)
    panel.subscribe(inbox.put)
    return Devices(station, printer, panel, kinds)


def backends(table: ReaderTable) -> tuple[ReaderBackend, ...]:
    """PC/SC always (the table only narrows it), NFC if the settings name a device."""
    found: list[ReaderBackend] = [PcscBackend(table.pcsc.name if table.pcsc is not None else None)]
    if table.nfc is not None:
        found.append(_nfc(table.nfc))
    return tuple(found)


def _nfc(table: NfcTable) -> NfcBackend:
    return NfcBackend(NfcSettings(table.device, table.chip))


async def _open_panel(table: PanelTable | None) -> Panel:
    if table is None:
        return NoPanel()
    panel = FittedPanel(panel_settings(table), asyncio.get_running_loop())
    await panel.opened()
    return panel


def panel_settings(table: PanelTable) -> PanelSettings:
    pins = {Lamp.WAIT: table.lamp_wait, Lamp.DONE: table.lamp_done, Lamp.TROUBLE: table.lamp_trouble}
    lamps = {lamp: pin for lamp, pin in pins.items() if pin is not None}
    if table.lamp_wait is not None:
        lamps[Lamp.TAKE] = table.lamp_wait  # the lamp beside the slot says both: put it, take it
    return PanelSettings(
        factory=table.factory,
        host=table.host,
        port=table.port,
        lamps=lamps,
        buzzer=table.buzzer,
        door=table.door,
        presence=table.presence,
    )

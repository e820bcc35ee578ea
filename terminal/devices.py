"""The devices that the settings name, opened; what is not fitted is absent, never simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contract.tables import Fault
from drivers.panel.absent import NoPanel
from drivers.panel.fitted import open_panel
from drivers.panel.pins import PanelUnusable
from drivers.printer.printer import EscPosPrinter
from drivers.readers.nfc import NfcBackend, NfcSettings
from drivers.readers.pcsc import PcscBackend
from drivers.readers.station import CardStation, ReaderBackend
from terminal.inbox import Inbox
from terminal.ports import CardEvent, DeviceHealth, Panel, Printer, ReaderFound, ReaderKind, ReaderLost
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


async def open_devices(settings: Settings, inbox: Inbox) -> Devices | Fault:
    """Starts every device's own thread or process; each reports when it is there.

    A fault when the settings name a panel that can never be: a wrong factory must be seen at once.
    """
    station = CardStation(backends(settings.file.reader))
    kinds = ReaderKinds()
    station.subscribe(kinds.hear)
    station.subscribe(inbox.put)
    station.start()
    panel = await _open_panel(settings.file.panel)
    if isinstance(panel, PanelUnusable):
        await station.close()
        return Fault(
            str(settings.source),
            "panel.factory",
            panel.rule,
            panel.way_out,
            panel.rule_ja,
            panel.way_out_ja,
        )
    table = settings.file.printer
    printer = EscPosPrinter(table.device, table.baud, table.columns) if table is not None else None
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


async def _open_panel(table: PanelTable | None) -> Panel | PanelUnusable:
    return await open_panel(table.wiring()) if table is not None else NoPanel()

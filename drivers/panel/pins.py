"""The panel's pins on gpiozero: opening with exactly the factory asked for, reading, writing, letting go.

Everything here runs in the panel's own thread. A factory is never guessed and never replaced by another one:
gpiozero's own fallback would drive no pin at all and say so only in a warning.
"""

from __future__ import annotations

import atexit
import os
import socket
import struct
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpiozero import Buzzer, Device, DigitalInputDevice, DigitalOutputDevice, GPIOZeroError

from drivers.panel.settings import PanelSettings

# Mechanical switches of doors settle within 10–20 ms; 50 ms is still far below what anybody does on purpose.
DOOR_BOUNCE_S = 0.05
# pigpiod on loopback answers in 0.1 ms; a second without an answer is a hung daemon.
PIGPIOD_TIMEOUT_S = 1.0
#: Where the kernel puts `gpiochip0` and so on, before anything of ours starts.
GPIO_DEVICES = Path("/dev")

_NOT_A_PI = 'on another machine set factory = "pigpio" with host and port, or leave out [panel]'
_NOT_A_PI_JA = '別の機械なら factory = "pigpio" と host、port を書く。何も付いていなければ [panel] を消す'


@dataclass(frozen=True)
class PanelUnusable:
    """This machine can never drive the panel as the settings say: what is wrong and the way out, in two languages."""

    rule: str
    way_out: str
    rule_ja: str
    way_out_ja: str


class PanelLost(Exception):
    """The board or its daemon does not answer, now or yet. The message names the ways out where there are some."""


class Pins:
    """All fitted pins. Every call raises `PanelLost` when the board does not answer."""

    def __init__(
        self,
        factory: Any,
        settings: PanelSettings,
        on_door: Callable[[bool], None],
        on_presence: Callable[[bool], None],
    ) -> None:
        self._factory = factory
        self._devices: list[Device] = []
        self._levels: dict[int, bool] = {}
        self._buzzing = False
        self._on_door, self._on_presence = on_door, on_presence
        self._lamps: dict[int, DigitalOutputDevice] = {}
        self._buzzer: Buzzer | None = None
        self._door: DigitalInputDevice | None = None
        self._presence: DigitalInputDevice | None = None
        try:
            self._claim(settings)
        except trouble_types() as trouble:
            self.abandon()
            raise PanelLost(str(trouble)) from trouble

    def _claim(self, settings: PanelSettings) -> None:
        for pin in set(settings.lamps.values()):
            self._lamps[pin] = self._own(DigitalOutputDevice(pin, pin_factory=self._factory))
        if settings.buzzer is not None:
            self._buzzer = self._own(Buzzer(settings.buzzer, pin_factory=self._factory))
        if settings.door is not None:
            self._door = self._own(
                DigitalInputDevice(
                    settings.door, pull_up=True, bounce_time=DOOR_BOUNCE_S, pin_factory=self._factory
                )
            )
            self._door.when_activated = lambda: self._on_door(False)
            self._door.when_deactivated = lambda: self._on_door(True)
        if settings.presence is not None:
            self._presence = self._own(
                DigitalInputDevice(settings.presence, pull_up=False, pin_factory=self._factory)
            )
            self._presence.when_activated = lambda: self._on_presence(True)
            self._presence.when_deactivated = lambda: self._on_presence(False)

    def _own(self, device: Any) -> Any:
        self._devices.append(device)
        return device

    def check(self) -> None:
        """Asks the board for its tick, and tells the inputs as they are: an edge that was lost is made good."""
        try:
            self._factory.ticks()
            if self._door is not None:
                self._on_door(not self._door.is_active)
            if self._presence is not None:
                self._on_presence(self._presence.is_active)
        except trouble_types() as trouble:
            raise PanelLost(str(trouble)) from trouble

    def light(self, pin: int, lit: bool) -> None:
        if self._levels.get(pin) is lit:
            return
        try:
            self._lamps[pin].value = lit
        except trouble_types() as trouble:
            raise PanelLost(str(trouble)) from trouble
        self._levels[pin] = lit

    def buzz(self, sounds: bool) -> None:
        if self._buzzer is None or sounds is self._buzzing:
            return
        try:
            if sounds:
                self._buzzer.on()
            else:
                self._buzzer.off()
        except trouble_types() as trouble:
            raise PanelLost(str(trouble)) from trouble
        self._buzzing = sounds

    def close(self) -> None:
        """Lamps out, buzzer silent, pins back to inputs."""
        try:
            for device in self._devices:
                device.close()
            self._factory.close()
        except trouble_types():
            self.abandon()

    def abandon(self) -> None:
        """Lets go of a board that does not answer, without asking it anything."""
        connection = getattr(self._factory, "connection", None)
        if connection is not None:
            _hang_up(connection)
        with suppress(*trouble_types()):
            for device in self._devices:
                device.close()
            self._factory.close()


def open_pins(
    settings: PanelSettings, on_door: Callable[[bool], None], on_presence: Callable[[bool], None]
) -> Pins | PanelUnusable:
    """Raises `PanelLost` when the board does not answer."""
    factory = (
        _lgpio_factory() if settings.factory == "lgpio" else _pigpio_factory(settings.host, settings.port)
    )
    if isinstance(factory, PanelUnusable):
        return factory
    return Pins(factory, settings, on_door, on_presence)


def _lgpio_factory() -> Any:
    """The factory, or `PanelUnusable`."""
    # lgpio puts a named pipe into its working directory as soon as it is imported, and the service's own is
    # read-only (gpiozero's issue 1106); LG_WD is lgpio's variable for another place.
    os.environ.setdefault("LG_WD", tempfile.gettempdir())
    try:
        from gpiozero.pins.lgpio import LGPIOFactory
    except (ImportError, AttributeError) as missing:  # AttributeError: an lgpio older than 0.2
        return PanelUnusable(
            f'factory = "lgpio", but {missing}',
            f"install python3-lgpio (or the lgpio wheel); {_NOT_A_PI}",
            f"lgpio を使えません（{missing}）",
            f"python3-lgpio を入れる。{_NOT_A_PI_JA}",
        )
    except OSError as trouble:  # no room for that pipe
        raise PanelLost(f"lgpio cannot be loaded: {trouble}") from trouble
    try:
        return LGPIOFactory()
    except trouble_types() as trouble:
        if any(GPIO_DEVICES.glob("gpiochip*")):
            raise PanelLost(
                f"lgpio cannot open the GPIO: {trouble}. Put the service's user into group gpio."
            ) from trouble
        return PanelUnusable(
            f'factory = "lgpio", but this machine has no GPIO: {trouble}',
            _NOT_A_PI,
            "この機械には GPIO がありません",
            _NOT_A_PI_JA,
        )


def _pigpio_factory(host: str, port: int) -> Any:
    """The factory, or `PanelUnusable`. Raises `PanelLost` without a daemon: it may come later than this terminal."""
    ways_out = (
        f'Start pigpiod (or the bench\'s board) on {host}:{port}, or set [panel] factory = "lgpio" on a '
        "Raspberry Pi, or leave out [panel] if nothing is fitted."
    )
    try:
        from gpiozero.pins.pigpio import PiGPIOFactory
    except ImportError as missing:
        return PanelUnusable(
            f'factory = "pigpio", but {missing}',
            'install the pigpio wheel, or set factory = "lgpio" on a Raspberry Pi, or leave out [panel]',
            f"pigpio を使えません（{missing}）",
            'pigpio を入れる。Raspberry Pi なら factory = "lgpio" にする。何も付いていなければ [panel] を消す',
        )
    _ask_version(host, port, ways_out)
    try:
        factory = PiGPIOFactory(host, port)
    except trouble_types() as trouble:
        raise PanelLost(f"pigpiod on {host}:{port} answers wrongly: {trouble}. {ways_out}") from trouble
    # pigpio's client waits for ever otherwise, and with it this thread.
    factory.connection.sl.s.settimeout(PIGPIOD_TIMEOUT_S)
    return factory


def _ask_version(host: str, port: int, ways_out: str) -> None:
    """pigpio's client connects without a time limit and prints to stdout when it fails; so look first."""
    pigpio_version = 26  # PIGPV, https://abyz.me.uk/rpi/pigpio/sif.html
    try:
        with socket.create_connection((host, port), PIGPIOD_TIMEOUT_S) as probe:
            probe.sendall(struct.pack("<IIII", pigpio_version, 0, 0, 0))
            if len(probe.recv(16, socket.MSG_WAITALL)) != 16:
                raise OSError("closed without an answer")
    except OSError as trouble:
        raise PanelLost(f"no pigpiod on {host}:{port}: {trouble}. {ways_out}") from trouble


def _hang_up(connection: Any) -> None:
    """Ends pigpio's two sockets and its thread. Left alone, that thread spins at 100 % once the daemon is gone:
    it takes the empty read of a closed socket for "nothing yet"."""
    atexit.unregister(connection.stop)
    notify = connection._notify
    sockets = [connection.sl.s]
    if notify is not None:
        notify.go = False
        sockets.append(notify.sl.s)
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
    connection.sl.s.close()
    connection.sl.s = (
        None  # gpiozero's sign for "no connection": its pins then close without a word to the daemon
    )


def trouble_types() -> tuple[type[BaseException], ...]:
    """What gpiozero and the factory that is loaded raise when the board is not there. struct.error: pigpio unpacks
    the empty answer of a closed socket."""
    loaded = (sys.modules.get(name) for name in ("pigpio", "lgpio"))
    return (GPIOZeroError, OSError, struct.error, *(module.error for module in loaded if module is not None))

"""The panel of a terminal that has none: everything a lamp or sound says stands on the screen as well."""

from __future__ import annotations

from collections.abc import Callable

from terminal.ports import DeviceHealth, Lamp, PanelEvent, Sound


class NoPanel:
    """Implements `terminal.ports.Panel` for settings without a [panel] table."""

    def subscribe(self, listener: Callable[[PanelEvent], None]) -> Callable[[], None]:
        del listener
        return lambda: None

    def lamp(self, lamp: Lamp) -> None:
        """Nothing lights."""

    def sound(self, sound: Sound) -> None:
        """Nothing sounds."""

    def health(self) -> tuple[DeviceHealth, ...]:
        """Empty: what is not fitted is neither good nor bad."""
        return ()

    async def close(self) -> None:
        """Nothing is open."""

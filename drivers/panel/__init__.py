"""Lamps, buzzer, door switch and presence sensor of the terminal: the port `Panel`.

`fitted.open_panel` for a terminal that has them, `absent.NoPanel` for one that has none.
"""

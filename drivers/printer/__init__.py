"""The receipt printer: layout, ESC/POS document, serial line, device thread. `printer.EscPosPrinter` is the port."""

"""The dock: a page beside the terminal's window with everything a hand can do to it, and everything it has done."""

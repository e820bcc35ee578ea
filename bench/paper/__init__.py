"""A virtual ESC/POS printer on a pty and a renderer that shows its paper."""

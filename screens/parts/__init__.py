"""The widgets of a view's parts: each module turns its kind of part into a block."""

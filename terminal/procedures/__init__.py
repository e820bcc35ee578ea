"""The resident's way through each procedure: coroutines that read top to bottom as it is lived (FLOW §2)."""

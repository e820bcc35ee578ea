"""What crosses a wire or a process boundary. Imports nothing else of ours; terminal and fleet both stand on it."""

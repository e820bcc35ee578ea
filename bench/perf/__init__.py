"""`mynapo-bench perf`: figures of the terminal, each beside a yardstick of the same run."""

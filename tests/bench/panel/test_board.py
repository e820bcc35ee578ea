"""The board's electrical rules."""

from bench.panel.board import Board, Pin, Pull


class Clock:
    now = 10.0

    def __call__(self) -> float:
        return self.now


def test_an_input_nobody_drives_follows_its_pull() -> None:
    board = Board(Clock())
    assert board.pins[4].level == 0
    board.set_pull(4, Pull.UP)
    assert board.pins[4].level == 1
    board.set_pull(4, Pull.DOWN)
    assert board.pins[4].level == 0


def test_a_switch_to_ground_wins_over_the_pull_up_and_letting_go_gives_it_back() -> None:
    board = Board(Clock())
    board.set_pull(4, Pull.UP)
    board.drive(4, 0)
    assert board.pins[4].level == 0
    board.drive(4, None)
    assert board.pins[4].level == 1


def test_every_change_is_on_the_timeline_with_its_time_and_no_change_is_not() -> None:
    clock = Clock()
    board = Board(clock)
    board.write(5, 1)
    clock.now = 11.5
    board.write(5, 1)
    board.write(5, 0)
    assert [(c.at, c.gpio, c.level) for c in board.timeline] == [(10.0, 5, 1), (11.5, 5, 0)]


def test_pwm_runs_at_the_nearest_frequency_pigpio_can_make_and_a_write_ends_it() -> None:
    board = Board(Clock())
    assert board.set_frequency(6, 440) == 400
    board.set_range(6, 1000)
    board.set_duty(6, 500)
    assert (board.timeline[-1].duty, board.timeline[-1].frequency_hz) == (0.5, 400)
    board.write(6, 0)
    assert (board.timeline[-1].level, board.timeline[-1].duty) == (0, None)


def test_changes_are_told_once_each() -> None:
    told: list[int] = []
    board = Board(Clock(), on_raw_change=lambda pin: told.append(pin.level))
    board.drive(7, 1)
    board.drive(7, 1)
    board.drive(7, 0)
    assert told == [1, 0]
    assert isinstance(board.pins[7], Pin)


def test_the_tick_wraps_at_32_bits() -> None:
    clock = Clock()
    clock.now = 2**32 / 1_000_000 + 0.5
    assert Board(clock).tick_us() == 500_000

"""A second process that waits until it is asked."""

from services.cli.beside import Beside


def four() -> int:
    return 4


def fails() -> int:
    raise ArithmeticError


def test_it_does_its_work_when_asked() -> None:
    beside = Beside(four)
    beside.begin()
    assert beside.result() == 4


def test_work_that_fails_gives_nothing() -> None:
    beside = Beside(fails)
    beside.begin()
    assert beside.result() is None


def test_one_that_is_never_asked_ends_with_its_owner() -> None:
    Beside(four).close()  # would wait for ever

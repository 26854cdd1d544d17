"""Windows of time."""

from datetime import timedelta
from itertools import pairwise

import pytest

from attms_core.mirror.windows import LONGEST, closed_windows, earlier_windows, open_windows
from tests.support.fake_autotask import NOON


def test_open_windows_cover_all_time_without_a_gap_newest_first() -> None:
    windows = list(open_windows(NOON))

    assert windows[0] == (NOON - timedelta(days=7), None)
    assert windows[-1][0] is None
    assert all(newer[0] == older[1] for newer, older in pairwise(windows))


@pytest.mark.parametrize("days", [1, 7, 8, 365, 3650])
def test_closed_windows_reach_exactly_as_far_back_as_asked(days: int) -> None:
    windows = list(closed_windows(NOON, timedelta(days=days)))

    assert windows[0][1] > NOON
    assert windows[-1][0] == NOON - timedelta(days=days)
    assert all(start < end for start, end in windows)
    assert all(newer[0] == older[1] for newer, older in pairwise(windows))
    assert len(windows) < 70


@pytest.mark.parametrize("days", [0.1, 64, 65, 1000])
def test_earlier_windows_cover_what_is_missing_newest_first(days: float) -> None:
    since = NOON - timedelta(days=days)
    windows = list(earlier_windows(since, NOON))

    assert (windows[-1][0], windows[0][1]) == (since, NOON)
    assert all(newer[0] == older[1] for newer, older in pairwise(windows))
    assert all(timedelta() < end - start <= LONGEST for start, end in windows)


def test_nothing_is_missing_where_the_mirror_reaches_further_back() -> None:
    assert list(earlier_windows(NOON, NOON)) == []
    assert list(earlier_windows(NOON, NOON - timedelta(days=1))) == []

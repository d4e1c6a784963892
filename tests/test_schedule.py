"""Which session on which weekday, for every choice of days there is.

48 h between strength sessions and at most three of them a week: science notes, 3.6. What a coach
would not do is checked over all 127 choices of days, so no luck of an example hides a bad week.
"""

from itertools import combinations, product

import pytest

from coach.training.planned import Level, SessionKind
from coach.training.schedule import schedule

HILLS, INTERVALS = SessionKind.HILLS, SessionKind.INTERVALS
STRENGTH, REST = SessionKind.STRENGTH, SessionKind.REST
HARD = (HILLS, INTERVALS)

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
CHOICES = [days for n in range(1, 8) for days in combinations(range(7), n)]
WEEKS = [(days, level) for days, level in product(CHOICES, Level)]


def week(days, level):
    """Return the kind of each of seven days; ``None`` where the rider has no time."""
    on = dict(zip(days, schedule(days, level), strict=True))
    return [on.get(day) for day in range(7)]


def neighbours(kinds):
    """Return each day and the next; after Sunday comes Monday."""
    return list(zip(kinds, kinds[1:] + kinds[:1], strict=True))


def test_a_handful_of_weeks_as_a_coach_would_write_them():
    assert schedule((WED,), Level.STANDARD) == (HILLS,)
    assert schedule((SAT, SUN), Level.STANDARD) == (HILLS, STRENGTH)
    assert schedule((MON, WED, SAT), Level.STANDARD) == (HILLS, INTERVALS, STRENGTH)
    assert schedule((MON, WED, SAT), Level.STARTER) == (HILLS, STRENGTH, STRENGTH)
    assert schedule((MON, TUE, THU, SAT), Level.STANDARD) == (HILLS, STRENGTH, INTERVALS, STRENGTH)
    assert schedule(range(7), Level.STRONG) == (
        HILLS, STRENGTH, INTERVALS, STRENGTH, HILLS, STRENGTH, REST
    )  # fmt: skip


@pytest.mark.parametrize("level", Level)
def test_so_many_of_each(level):
    def counts(n):
        kinds = schedule(range(n), level)
        return kinds.count(HILLS), kinds.count(INTERVALS), kinds.count(STRENGTH)

    expected = {
        Level.STARTER: [(1, 0, 0), (1, 0, 1), (1, 0, 2)] + 4 * [(2, 0, 2)],
        Level.STANDARD: [(1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 2)] + 3 * [(2, 1, 2)],
        Level.STRONG: [(1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 2), (2, 1, 2)] + 2 * [(2, 1, 3)],
    }
    assert [counts(n) for n in range(1, 8)] == expected[level]


@pytest.mark.parametrize("level", Level)
def test_what_holds_for_every_choice_of_days(level):
    for days in CHOICES:
        kinds = week(days, level)
        at = [day for day, kind in enumerate(kinds) if kind is STRENGTH]
        gaps = [b - a for a, b in zip(at, [*at[1:], *(day + 7 for day in at[:1])], strict=True)]
        assert all(gap >= 2 for gap in gaps), days
        assert len(at) <= 3
        assert HILLS in kinds, days
        assert kinds.count(None) + kinds.count(REST) >= 1, days
        # With so many hard rides as there are, two of them never need to touch.
        assert not any(a in HARD and b in HARD for a, b in neighbours(kinds)), days
        if level is Level.STARTER:
            assert INTERVALS not in kinds


def arrangements(days, level):
    kinds = schedule(days, level)
    seen = {kinds}
    for order in product(set(kinds), repeat=len(days)):
        if sorted(order) == sorted(kinds):
            seen.add(order)
    return seen


@pytest.mark.parametrize("days", [days for days in CHOICES if len(days) <= 5])
def test_strength_stands_before_hills_only_where_it_must(days):
    def bad(order):
        on = dict(zip(days, order, strict=True))
        kinds = [on.get(day) for day in range(7)]
        at = [day for day, kind in enumerate(kinds) if kind is STRENGTH]
        apart = all((b - a) % 7 not in (1, 6) for a in at for b in at)
        touching = any(a in HARD and b in HARD for a, b in neighbours(kinds))
        return not apart or touching, sum(pair == (STRENGTH, HILLS) for pair in neighbours(kinds))

    chosen = bad(schedule(days, Level.STANDARD))
    assert chosen == min(bad(order) for order in arrangements(days, Level.STANDARD))


def test_two_hill_rides_stand_apart():
    assert schedule((MON, TUE, WED, THU, FRI), Level.STANDARD)[4] is HILLS
    for days in CHOICES:
        at = [day for day, kind in zip(days, schedule(days, Level.STANDARD), strict=True)
              if kind is HILLS]  # fmt: skip
        if len(at) == 2 and len(days) == 7:
            assert at[1] - at[0] in (3, 4)


@pytest.mark.parametrize("days", [(), (7,), (-1,), (0, 0), (2, 1), (0, 3, 3)])
def test_no_days_are_refused(days):
    with pytest.raises(ValueError, match="expected weekdays from 0 to 6, each once, in order"):
        schedule(days, Level.STANDARD)

"""A strength session: a timeline in, sets done and sounds out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.strength.messages import Event, Phase, Press, Sound
from coach.strength.routine import MOST_REPS, Exercise, SetDone, Side, Work
from coach.strength.session import GET_READY, LONGEST_GAP, Session
from coach.strength.steps import length

GO, BACK, SKIP, PAUSE = Press.GO, Press.BACK, Press.SKIP, Press.PAUSE
LEFT, RIGHT = Side.LEFT, Side.RIGHT
TEMPO, REST = 2.0, 30.0


def exercise(name: str, *, per_leg: bool = False) -> Exercise:
    return Exercise(
        name, name.title(), per_leg, "For.", ("How.",), ("Watch.",), "Easier.", "Harder."
    )


LUNGE = Work(exercise("lunge", per_leg=True), sets=1, reps=4)
BRIDGE = Work(exercise("bridge"), sets=2, reps=5)


class Gym:
    """A rider in a script, ticking along at four times a second."""

    def __init__(self, *work: Work, rest: float = REST, done: tuple[SetDone, ...] = ()) -> None:
        self.session = Session(work or (BRIDGE,), rest, TEMPO, done)
        self.now = 100.0
        self.events: list[Event] = []
        self.session.step(self.now)

    def wait(self, seconds: float, tick: float = 0.25) -> Gym:
        end = self.now + seconds
        while self.now < end:
            self.now += min(tick, end - self.now)
            self.events += self.session.step(self.now)
        return self

    def press(self, *keys: Press) -> Gym:
        self.events += self.session.step(self.now, keys)
        return self

    def do_set(self, *correction: Press) -> Gym:
        """From waiting to a set that was counted to its end and confirmed."""
        step = self.session.snapshot.step
        assert step is not None
        if self.session.snapshot.phase is Phase.REST or self.session.snapshot.seconds_left is None:
            self.press(GO)
        return self.press(GO).wait(step.work.reps * TEMPO).press(*correction, GO)

    @property
    def phase(self) -> Phase:
        return self.session.snapshot.phase

    @property
    def at(self) -> tuple[str, int, Side | None]:
        step = self.session.snapshot.step
        assert step is not None
        return step.key

    @property
    def sets(self) -> list[SetDone]:
        return [each for each in self.events if isinstance(each, SetDone)]

    @property
    def sounds(self) -> list[Sound]:
        return [each for each in self.events if isinstance(each, Sound)]


# --- how long ------------------------------------------------------------------------------------

SEVEN = tuple(Work(exercise(f"e{n}", per_leg=n < 3), sets=3, reps=20) for n in range(7))


def test_the_length_of_the_whole_routine():
    # Reference notes on training science, section 3.6: 4*3*60 + 3*3*120 + 21*45 = 2745 s.
    assert length(SEVEN, rest=45.0, tempo=3.0) == 2745.0
    assert Session(SEVEN, 45.0, 3.0).snapshot.remaining == 2745.0


def test_the_routine_takes_as_long_as_it_says_besides_getting_ready():
    session, now, spent = Session(SEVEN, 45.0, 3.0), 0.0, dict.fromkeys(Phase, 0.0)
    rests = 0
    while session.snapshot.phase is not Phase.EFFORT:
        before = session.snapshot
        waits = before.seconds_left is None or before.phase is Phase.ASK
        session.step(now, [GO] if waits else [])
        after = session.snapshot
        rests += after.phase is Phase.REST and before.phase is not Phase.REST
        now += 0.5
        spent[session.snapshot.phase] += 0.5
        session.step(now)
    sets_of = 4 * 3 * 60 + 3 * 3 * 120
    assert spent[Phase.SET] == pytest.approx(sets_of, abs=0.5 * 30)
    assert rests == 21
    # The first set of each exercise and each change of legs has ten seconds to get ready on top.
    on_top = (7 + 3 * 3) * GET_READY
    assert now == pytest.approx(2745 + on_top, abs=0.5 * 60)


def test_what_remains_goes_down_with_the_time():
    gym = Gym(LUNGE, BRIDGE).press(GO, GO)
    whole = length((LUNGE, BRIDGE), REST, TEMPO)
    assert gym.session.snapshot.remaining == whole
    gym.wait(3.0)
    assert gym.session.snapshot.remaining == pytest.approx(whole - 3.0)
    gym.wait(5.0)
    assert gym.phase is Phase.ASK
    assert gym.session.snapshot.remaining == pytest.approx(whole - 8.0)
    gym.press(GO, GO).wait(8.0)
    assert gym.session.snapshot.remaining == pytest.approx(whole - 16.0)
    gym.wait(4.0).press(GO).wait(6.0)
    assert gym.phase is Phase.REST
    assert gym.session.snapshot.remaining == pytest.approx(whole - 26.0)


# --- one set -------------------------------------------------------------------------------------


def test_the_first_set_waits_for_the_rider_and_counts_down():
    gym = Gym().wait(600.0)
    assert gym.phase is Phase.READY
    assert gym.session.snapshot.seconds_left is None
    gym.press(GO).wait(GET_READY - 0.25)
    assert gym.phase is Phase.READY
    assert gym.session.snapshot.seconds_left == 0.25
    gym.wait(0.25)
    assert gym.phase is Phase.SET
    assert gym.sounds == [Sound.BEGIN]


def test_a_second_key_begins_at_once():
    assert Gym().press(GO).wait(1.0).press(GO).phase is Phase.SET


def test_a_set_counts_its_repetitions_and_their_halves():
    gym = Gym().press(GO, GO)
    seen = []
    for _ in range(20):
        seen.append((gym.session.snapshot.reps, gym.session.snapshot.half))
        gym.wait(0.5)
    assert seen == [(rep, half) for rep in range(1, 6) for half in (0, 0, 1, 1)]
    assert gym.phase is Phase.ASK
    assert gym.sounds == [Sound.BEGIN, Sound.FULL]


def test_a_full_count_asks_and_keeps_nothing_before_the_rider_confirms():
    gym = Gym().press(GO, GO).wait(10.0)
    assert gym.session.snapshot.reps == 5
    gym.wait(100.0)
    assert gym.sets == []
    gym.press(GO)
    assert gym.sets == [SetDone("bridge", 1, None, 5, None)]


@pytest.mark.parametrize(("seconds", "reps"), [(1.0, 1), (2.9, 1), (3.0, 2), (4.0, 2), (9.75, 5)])
def test_a_set_that_is_over_early_asks_for_what_was_counted(seconds, reps):
    gym = Gym().press(GO, GO).wait(seconds, tick=0.05).press(GO)
    assert (gym.phase, gym.session.snapshot.reps) == (Phase.ASK, reps)


def test_a_set_that_hardly_began_was_none():
    gym = Gym().press(GO, GO).wait(0.5).press(GO)
    assert gym.phase is Phase.READY
    assert gym.session.snapshot.seconds_left is None


def test_the_repetitions_are_corrected_before_they_are_kept():
    more, fewer = Press.MORE, Press.FEWER
    assert Gym().do_set(more, more, fewer).sets[0].reps == 6
    assert Gym().do_set(*[fewer] * 9).sets[0].reps == 1
    assert Gym().do_set(*[more] * 2000).sets[0].reps == MOST_REPS


# --- the load ------------------------------------------------------------------------------------


def typed(text: str) -> list[Press]:
    return [Press.ERASE if each == "<" else Press(each) for each in text]


@pytest.mark.parametrize(
    ("text", "load"),
    [
        ("", None), ("0", 0.0), ("8", 8.0), ("12.5", 12.5), ("1.25", 1.25), (".5", 0.5),
        ("12.", 12.0), ("007", 7.0), ("500", 500.0), ("501", 50.0), ("9999", 99.0),
        ("1.2.3", 1.23), ("1.234", 1.23), ("12<", 1.0), ("12<<", None), ("12<<<3", 3.0),
        ("<", None),
    ],
)  # fmt: skip
def test_the_load_as_it_is_typed(text, load):
    assert Gym().do_set(*typed(text)).sets[0].load == load


def test_the_load_is_carried_over_within_an_exercise():
    other = Work(exercise("other"), 1, 3)
    gym = Gym(replace(BRIDGE, sets=3), other)
    gym.do_set(*typed("12.5")).do_set().do_set(*typed("15")).do_set()
    assert [each.load for each in gym.sets] == [12.5, 12.5, 15.0, None]


def test_the_load_is_carried_over_an_interruption():
    gym = Gym(done=(SetDone("bridge", 1, None, 5, 7.5),))
    assert gym.do_set().sets == [SetDone("bridge", 2, None, 5, 7.5)]


def test_a_carried_load_can_be_taken_away():
    assert [s.load for s in Gym().do_set(*typed("8")).do_set(Press.ERASE).sets] == [8.0, None]


# --- rest ----------------------------------------------------------------------------------------


def test_left_then_right_then_a_rest():
    gym = Gym(replace(LUNGE, sets=2)).do_set()
    assert (gym.phase, gym.at) == (Phase.READY, ("lunge", 1, RIGHT))
    assert gym.session.snapshot.seconds_left == GET_READY
    gym.do_set()
    assert (gym.phase, gym.at) == (Phase.REST, ("lunge", 2, LEFT))


def test_while_the_other_leg_follows_no_rest_is_counted():
    gym = Gym(LUNGE).press(GO, GO).wait(8.0)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.ASK, None)


def test_the_rest_counts_from_the_end_of_the_set_and_its_last_seconds_get_ready():
    gym = Gym().press(GO, GO).wait(10.0)
    gym.wait(4.0).press(GO)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.REST, REST - 4)
    gym.wait(REST - 4 - GET_READY - 0.25)
    assert gym.phase is Phase.REST
    gym.wait(0.25)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.READY, GET_READY)
    gym.wait(GET_READY)
    assert (gym.phase, gym.at) == (Phase.SET, ("bridge", 2, None))


def test_whoever_answers_late_still_gets_ready():
    gym = Gym().press(GO, GO).wait(10.0 + REST + 60.0).press(GO)
    assert gym.phase is Phase.READY
    assert gym.session.snapshot.seconds_left == GET_READY


def test_after_the_rest_a_new_exercise_waits_for_the_rider():
    gym = Gym(replace(BRIDGE, sets=1), Work(exercise("other"), 1, 3)).do_set()
    gym.wait(REST - 0.25)
    assert gym.phase is Phase.REST
    gym.wait(0.25)
    assert gym.session.snapshot.new
    assert gym.sounds[-1] is Sound.WAITING
    gym.wait(500.0)
    assert (gym.phase, gym.at) == (Phase.READY, ("other", 1, None))


def test_a_key_ends_the_rest_early():
    gym = Gym().do_set().wait(3.0).press(GO)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.READY, GET_READY)


@pytest.mark.parametrize("rest", [0.0, 4.0])
def test_a_rest_shorter_than_getting_ready_is_all_of_it(rest):
    gym = Gym(rest=rest).do_set()
    assert gym.phase is (Phase.READY if rest else Phase.SET)
    gym.wait(rest)
    assert gym.phase is Phase.SET


# --- pauses and sleep ----------------------------------------------------------------------------


def test_a_pause_stops_the_rest():
    gym = Gym().do_set().wait(5.0).press(PAUSE).wait(300.0)
    assert gym.session.snapshot.paused
    assert gym.session.snapshot.seconds_left == REST - 5
    gym.press(GO).wait(1.0)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.REST, REST - 6)


def test_a_set_goes_on_where_it_was_after_getting_ready():
    gym = Gym().press(GO, GO).wait(5.0).press(PAUSE).wait(60.0)
    assert (gym.phase, gym.session.snapshot.reps) == (Phase.SET, 3)
    gym.press(PAUSE)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.READY, GET_READY)
    gym.wait(GET_READY)
    assert (gym.phase, gym.session.snapshot.reps) == (Phase.SET, 3)
    gym.wait(6.0)
    assert gym.phase is Phase.ASK


@pytest.mark.parametrize("gap", [LONGEST_GAP, LONGEST_GAP + 0.5, 40_000.0])
def test_a_machine_that_slept_has_not_trained(gap):
    gym = Gym().press(GO, GO).wait(3.0)
    left = gym.session.snapshot.seconds_left
    gym.now += gap
    gym.press()
    slept = gap > LONGEST_GAP
    assert gym.session.snapshot.paused is slept
    assert gym.session.snapshot.seconds_left == (left if slept else left - gap)


def test_a_machine_that_slept_while_it_waited_is_not_paused():
    gym = Gym()
    gym.now += 40_000.0
    assert not gym.press().session.snapshot.paused
    gym.press(GO, GO).wait(10.0)
    gym.now += 40_000.0
    assert not gym.press().session.snapshot.paused
    assert gym.session.snapshot.seconds_left == REST


def test_a_clock_that_goes_back_stands_still():
    gym = Gym().press(GO, GO).wait(3.0)
    left = gym.session.snapshot.seconds_left
    gym.session.step(gym.now - 50.0)
    assert gym.session.snapshot.seconds_left == left
    gym.session.step(gym.now + 1.0)
    assert gym.session.snapshot.seconds_left == left - 1.0


def test_where_nothing_counts_there_is_nothing_to_pause():
    gym = Gym()
    assert not gym.press(PAUSE).session.snapshot.paused
    assert not gym.press(GO, GO).wait(10.0).press(PAUSE).session.snapshot.paused
    assert not finish(PAUSE).session.snapshot.paused


@pytest.mark.parametrize("tick", [0.25, 1.0, 4.0, LONGEST_GAP])
def test_whoever_is_called_late_is_not_late(tick):
    # Ten seconds to get ready, five repetitions of two seconds: the rest ends 30 s after 20 s.
    gym = Gym().press(GO).wait(24.0, tick).press(GO)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.REST, 26.0)
    gym.wait(29.0, tick)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.SET, 7.0)


# --- back and skip -------------------------------------------------------------------------------


def test_back_in_a_set_begins_it_anew():
    gym = Gym().press(GO, GO).wait(5.0).press(BACK)
    assert (gym.phase, gym.at) == (Phase.READY, ("bridge", 1, None))
    gym.press(GO, GO)
    assert gym.session.snapshot.reps == 1


def test_back_after_a_set_corrects_its_record():
    gym = Gym().do_set(*typed("8")).wait(5.0).press(BACK)
    assert (gym.phase, gym.at) == (Phase.ASK, ("bridge", 1, None))
    assert (gym.session.snapshot.reps, gym.session.snapshot.load) == (5, "8")
    gym.press(Press.MORE, *typed("9"), GO)
    assert gym.sets[-1] == SetDone("bridge", 1, None, 6, 9.0)
    assert gym.session.done == (gym.sets[-1],)
    assert (gym.phase, gym.session.snapshot.seconds_left) == (Phase.REST, REST - 5)


def test_back_twice_does_the_set_again():
    gym = Gym().do_set().press(BACK, BACK)
    assert gym.phase is Phase.READY
    gym.do_set(Press.FEWER)
    assert [each.reps for each in gym.sets] == [5, 4]
    assert gym.session.done == (SetDone("bridge", 1, None, 4, None),)
    assert gym.at == ("bridge", 2, None)


def test_back_at_the_start_stays_there():
    gym = Gym().press(BACK, BACK, BACK)
    assert (gym.phase, gym.at) == (Phase.READY, ("bridge", 1, None))


def test_a_skipped_set_is_not_kept():
    gym = Gym(LUNGE, BRIDGE).press(SKIP)
    assert gym.at == ("lunge", 1, RIGHT)
    gym.press(GO, GO).wait(8.0).press(SKIP)
    assert (gym.phase, gym.at) == (Phase.READY, ("bridge", 1, None))
    assert gym.sets == []


def test_a_set_that_is_done_is_kept_when_it_is_passed_over():
    gym = Gym().do_set().press(BACK, BACK, SKIP)
    assert gym.at == ("bridge", 2, None)
    assert len(gym.session.done) == 1


def test_an_exercise_is_skipped_with_all_its_sets():
    gym = Gym(replace(LUNGE, sets=3), BRIDGE).do_set().press(Press.SKIP_EXERCISE)
    assert gym.at == ("bridge", 1, None)


def test_a_skip_in_a_rest_leaves_the_rest():
    gym = Gym(BRIDGE, Work(exercise("other"), 1, 3)).do_set().wait(2.0).press(SKIP)
    assert (gym.phase, gym.at) == (Phase.REST, ("other", 1, None))
    assert gym.session.snapshot.seconds_left == REST - 2


# --- the end, and taking up again ----------------------------------------------------------------


def finish(*keys: Press) -> Gym:
    gym = Gym().do_set().do_set()
    assert (gym.phase, gym.session.snapshot.step) == (Phase.REST, None)
    return gym.wait(REST).press(*keys)


@pytest.mark.parametrize(
    ("text", "cr10"),
    [
        ("", None), ("0", 0.0), ("7", 7.0), ("7.5", 7.5), (".5", 0.5), ("10", 10.0), ("11", 1.0),
        ("10.5", 10.0), ("7.3", 7.0), ("95", 9.0), ("9.5<<<4", 4.0), ("7.", 7.0),
    ],
)  # fmt: skip
def test_how_hard_it_was(text, cr10):
    gym = finish(*typed(text), GO)
    assert gym.session.over
    assert gym.session.finished
    assert gym.session.cr10 == cr10


def test_a_key_ends_the_last_rest_too():
    assert Gym().do_set().do_set().press(GO).phase is Phase.EFFORT


def test_from_the_last_question_a_way_leads_back():
    gym = finish(BACK)
    assert (gym.phase, gym.at) == (Phase.ASK, ("bridge", 2, None))
    gym.press(Press.MORE, GO)
    assert gym.sets[-1].reps == 6
    assert gym.phase is Phase.EFFORT


def test_quitting_keeps_what_was_confirmed():
    gym = Gym().do_set().wait(3.0).press(Press.QUIT)
    assert gym.session.over
    assert not gym.session.finished
    assert gym.session.done == (SetDone("bridge", 1, None, 5, None),)
    assert gym.press(GO, BACK, SKIP, Press.ONE).session.over


def test_quitting_in_a_pause():
    assert Gym().press(GO, GO, PAUSE, SKIP, BACK, Press.QUIT).session.over


def test_quitting_once_all_is_done_is_an_end():
    assert Gym().do_set().do_set().press(Press.QUIT).session.finished
    assert finish(Press.QUIT).session.finished
    assert finish(BACK, Press.QUIT).session.finished


def test_a_session_in_which_all_was_skipped_is_no_session():
    gym = Gym(LUNGE, BRIDGE).press(Press.SKIP_EXERCISE, Press.SKIP_EXERCISE)
    assert gym.session.over
    assert not gym.session.finished


def test_a_session_is_taken_up_at_the_first_set_that_is_missing():
    done = (
        SetDone("lunge", 1, LEFT, 4, None),
        SetDone("bridge", 2, None, 5, None),
        SetDone("of another day", 1, None, 5, None),
        SetDone("bridge", 9, None, 5, None),
    )
    gym = Gym(LUNGE, BRIDGE, done=done)
    assert (gym.phase, gym.at) == (Phase.READY, ("lunge", 1, RIGHT))
    assert gym.session.snapshot.sets_done == 1
    gym.do_set()
    assert gym.at == ("bridge", 1, None)
    gym.do_set()
    assert gym.session.snapshot.step is None
    assert gym.session.finished
    assert len(gym.session.done) == 4


def test_a_session_in_which_all_is_done_asks_how_hard_it_was():
    done = (SetDone("bridge", 1, None, 5, None), SetDone("bridge", 2, None, 5, None))
    gym = Gym(done=done)
    assert gym.phase is Phase.EFFORT
    assert gym.press(*typed("6"), GO).session.cr10 == 6.0


@pytest.mark.parametrize(
    ("work", "rest", "tempo"),
    [
        ((), 45.0, 3.0), ((BRIDGE, BRIDGE), 45.0, 3.0), ((BRIDGE,), -1.0, 3.0),
        ((BRIDGE,), float("nan"), 3.0), ((BRIDGE,), 45.0, 0.0), ((BRIDGE,), 45.0, float("nan")),
        ((replace(BRIDGE, sets=0),), 45.0, 3.0), ((replace(BRIDGE, reps=0),), 45.0, 3.0),
    ],
)  # fmt: skip
def test_what_is_no_session(work, rest, tempo):
    with pytest.raises(ValueError, match=r"session|every exercise"):
        Session(work, rest, tempo)


# --- any keys at any time ------------------------------------------------------------------------

works = st.lists(
    st.tuples(st.booleans(), st.integers(1, 3), st.integers(1, 6)), min_size=1, max_size=3
).map(
    lambda rows: tuple(
        Work(exercise(f"e{n}", per_leg=legs), sets, reps)
        for n, (legs, sets, reps) in enumerate(rows)
    )
)
acts = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.25, 0.5, 1.0, 3.0, 4.75, 60.0, -5.0]),
        st.lists(st.sampled_from([each for each in Press if each is not Press.QUIT]), max_size=3),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(work=works, rest=st.sampled_from([0.0, 2.0, 12.0]), acts=acts)
def test_any_keys_at_any_time_lose_no_set_and_lead_to_the_end(work, rest, acts):
    session, now, kept = Session(work, rest, 1.0), 0.0, {}
    for seconds, keys in acts:
        now += seconds
        for event in session.step(now, keys):
            if isinstance(event, SetDone):
                kept[event.exercise, event.number, event.side] = event
        moment = session.snapshot
        assert moment.seconds_left is None or moment.seconds_left >= 0
        assert moment.remaining >= -1e-6
        assert 0 <= moment.sets_done <= moment.sets
        if moment.phase is Phase.SET and moment.step is not None:
            assert 1 <= moment.reps <= moment.step.work.reps
        assert set(session.done) == set(kept.values())
    # Whoever goes on in spite of everything comes to the end.
    for _ in range(400):
        if session.over:
            break
        now += 1.0
        for event in session.step(now, [GO]):
            if isinstance(event, SetDone):
                kept[event.exercise, event.number, event.side] = event
    assert session.over
    assert set(session.done) == set(kept.values())
    assert session.finished is bool(kept)


@settings(max_examples=80, deadline=None)
@given(
    work=works,
    at=st.lists(st.tuples(st.integers(0, 400), st.sampled_from(list(Press))), max_size=30),
    tick=st.sampled_from([0.25, 1.0, 4.0]),
)
@example(
    work=(Work(exercise("e0"), 1, 1),),
    at=[(0, Press.GO), (0, Press.GO), (0, Press.GO), (380, Press.GO)],
    tick=0.25,
)
def test_the_tick_rate_changes_nothing(work, at, tick):
    def walk(tick: float) -> tuple[list[Event], float | None, object]:
        session, events = Session(work, 15.0, 1.5), []
        keys = sorted(at, key=lambda each: each[0])
        for second in range(0, 401, 4):
            now = float(second)
            pressed = [key for when, key in keys if when // 4 * 4 == second]
            events += session.step(now, pressed)
            while now + tick < second + 4:
                now += tick
                events += session.step(now)
        # Both end at one moment, whatever the last tick was.
        events += session.step(404.0)
        return events, session.cr10, session.snapshot

    assert walk(tick) == walk(0.125)

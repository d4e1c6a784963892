"""The one loop: whatever ends a ride, the load comes off and nothing recorded is lost."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from garmin_fit_sdk import Decoder, Stream
from timeline import HILLS, RIDER

from coach import journal, profile
from coach.clock import ManualClock
from coach.errors import RideFileError, TrainerLost, TrainerNotFound
from coach.formats import fit
from coach.journal import Header, Journal, Recorded
from coach.messages import (
    BasicResistance,
    Event,
    EventKind,
    Key,
    Page,
    Reply,
    ReplyStatus,
    Source,
    TrackResistance,
)
from coach.ride import Ride, as_ridden
from coach.runner import Run, ride_again
from coach.trainers.replay import ReplayTrainer
from coach.trainers.simulated import SimulatedTrainer
from coach.trainers.uncontrolled import UncontrolledTrainer

RELEASE = TrackResistance(0.0)
START = datetime(2026, 1, 1, tzinfo=UTC)


class Script:
    """A display whose keys are written down beforehand, and which may fail."""

    def __init__(self, keys=None, fail_at=None, at=None):
        self.pressed = dict(keys or {})
        self.fail_at = fail_at
        self.at = dict(at or {})
        self.now = 0.0
        self.closed = False

    def open(self):
        pass

    def show(self, snapshot, cues):
        self.now = snapshot.time
        if self.fail_at is not None and self.now >= self.fail_at:
            raise ZeroDivisionError("a fault in a display")
        for time in [t for t in self.at if t <= self.now]:
            self.at.pop(time)()

    def keys(self):
        return [k for t in sorted(self.pressed) if t <= self.now for k in self.pressed.pop(t)]

    def close(self):
        self.closed = True


def rolling(path: Path, script: Script, seed: int = 1) -> Run:
    trainer = SimulatedTrainer(RIDER, seed=seed)
    kept = Journal(path, Header("Test", START, RIDER, HILLS, "sim", "test"))
    return Run(kept, trainer, ManualClock(), (script, trainer.rider))


def assert_rides_again(path, told=()):
    """Compare all that today's engine answers; what a driver told is no answer of its."""
    told = [(e.time, e.kind, e.text) for e in told]
    with Recorded(path) as recorded:
        answers = ride_again(recorded)
        assert answers.commands == recorded.commands()
        assert [(c.time, c.kind, c.text) for c in answers.cues] == recorded.rows("cues")
        assert [(lap.time, lap.segment) for lap in answers.laps] == recorded.rows("laps")
        assert [(e.time, e.kind, e.text) for e in answers.events] == [
            row[:3] for row in recorded.rows("events") if row[:3] not in told
        ]
        assert [astuple(sample) for sample in answers.samples] == recorded.rows("samples")
        assert answers.samples


def test_an_old_ride_ridden_again_gives_the_same_answers(tmp_path):
    keys = {30: [Key.EASE_OFF], 70: [Key.PAUSE], 80: [Key.PAUSE], 130: [Key.SKIP], 150: [Key.BACK]}
    keys |= {90: [Key.SWAP], 160: [Key.SWAP], 250: [Key.SWAP]}
    rolling(tmp_path / "a.ride", Script(keys)).ride()
    assert_rides_again(tmp_path / "a.ride")


def test_an_interrupted_ride_ridden_again_gives_the_same_answers(tmp_path):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)
    script.at[150.0] = run.interrupt
    run.ride()
    assert_rides_again(tmp_path / "a.ride")


def test_a_ride_on_a_knob_ridden_again_gives_the_same_answers(tmp_path):
    header = Header("Test", START, RIDER, HILLS, "none", "test", knob=True)
    kept = Journal(tmp_path / "a.ride", header)
    Run(kept, UncontrolledTrainer(), ManualClock()).ride()
    assert_rides_again(tmp_path / "a.ride")
    with Recorded(tmp_path / "a.ride") as recorded:
        assert any("knob" in text for _, _, text in recorded.rows("cues"))


def test_a_recording_with_repeated_stamps_rides_again_the_same(tmp_path):
    times = np.array([0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.5, 70.0, 71.0])
    recorded = Ride.from_columns(times, power=np.arange(9.0) * 50)
    header = Header("R", START, RIDER, as_ridden(recorded), "replay", "test", recording=True)
    trainer = ReplayTrainer(recorded)
    Run(Journal(tmp_path / "a.ride", header), trainer, ManualClock()).ride()
    assert len(journal.load(tmp_path / "a.ride")) == 9
    assert_rides_again(tmp_path / "a.ride")


def test_the_same_seed_gives_the_same_ride(tmp_path):
    for name in ("a", "b"):
        rolling(tmp_path / f"{name}.ride", Script()).ride()
    with Recorded(tmp_path / "a.ride") as a, Recorded(tmp_path / "b.ride") as b:
        for table in ("pages", "sent", "samples", "events"):
            assert a.rows(table) == b.rows(table)
            assert a.rows(table)


def test_the_end_is_a_release_that_the_trainer_confirmed(tmp_path):
    rolling(tmp_path / "a.ride", Script()).ride()
    with Recorded(tmp_path / "a.ride") as recorded:
        assert recorded.finished
        time, last = recorded.commands()[-1]
        assert last == RELEASE
        answered, command, status, _ = recorded.rows("replies")[-1]
        assert (command, status) == ("track_resistance", "pass")
        assert time <= answered <= time + 1.5


def test_an_interruption_releases_at_once_and_saves_the_ride(tmp_path):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)
    script.at[150.0] = run.interrupt
    run.ride()
    assert script.closed
    with Recorded(tmp_path / "a.ride") as recorded:
        assert recorded.finished
        time, last = recorded.commands()[-1]
        assert last == RELEASE
        assert 150 <= time <= 150.5
        ride = recorded.ride()
    assert len(ride) == 150
    assert ride.timer_time == pytest.approx(150.25)


def test_a_fault_releases_at_once_keeps_the_ride_and_is_not_hidden(tmp_path):
    script = Script(fail_at=150.0)
    with pytest.raises(ZeroDivisionError):
        rolling(tmp_path / "a.ride", script).ride()
    assert script.closed
    with Recorded(tmp_path / "a.ride") as recorded:
        assert not recorded.finished
        assert recorded.commands()[-1][1] == RELEASE
        assert len(recorded.ride()) >= 149


def test_a_full_disk_releases_and_says_so(tmp_path, monkeypatch):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)

    def full():
        raise RideFileError("disk full")

    sent = []
    send = run.trainer.send
    monkeypatch.setattr(run.trainer, "send", lambda c, now: (sent.append(c), send(c, now)))
    script.at[100.0] = lambda: monkeypatch.setattr(run.journal, "commit", full)
    with pytest.raises(RideFileError, match="disk full"):
        run.ride()
    assert sent[-1] == RELEASE
    monkeypatch.undo()
    with Recorded(tmp_path / "a.ride") as recorded:
        assert len(recorded.ride()) >= 59


def test_quit_ramps_the_load_off_before_the_end(tmp_path):
    rolling(tmp_path / "a.ride", Script({150: [Key.QUIT]})).ride()
    with Recorded(tmp_path / "a.ride") as recorded:
        grades = [c.grade for t, c in recorded.commands() if t > 148]
        assert grades[0] == 0.06
        assert grades[-1] == 0
        assert any(0 < grade < 0.06 for grade in grades)


def test_a_ride_ends_in_a_valid_fit_file(tmp_path):
    rolling(tmp_path / "a.ride", Script({150: [Key.QUIT]})).ride()
    data = fit.encode(journal.load(tmp_path / "a.ride"))
    assert Decoder(Stream.from_byte_array(bytearray(data))).check_integrity()
    messages, errors = Decoder(Stream.from_byte_array(bytearray(data))).read()
    assert not errors
    assert len(messages["record_mesgs"]) == 150


def test_the_plan_of_the_tests_is_a_plan():
    path = Path(__file__).parent / "data" / "workouts" / "short.toml"
    short = profile.compile_workout(profile.load_workout(path), RIDER)
    assert short.duration == 12
    assert [s.posture for s in short.segments] == ["seated", "seated", "standing", "seated"]


def test_an_interrupted_ride_says_when_it_ended(tmp_path):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)
    script.at[10.0] = run.interrupt
    run.ride()
    with Recorded(tmp_path / "a.ride") as recorded:
        kinds = [row[1] for row in recorded.rows("events")]
    assert kinds[0] == EventKind.STARTED
    assert kinds[-1] == EventKind.FINISHED


def test_a_trainer_that_cannot_be_opened_leaves_no_file(tmp_path, monkeypatch):
    run = rolling(tmp_path / "a.ride", Script())

    def refuse(now):
        raise TrainerNotFound("nobody there")

    monkeypatch.setattr(run.trainer, "open", refuse)
    with pytest.raises(TrainerNotFound):
        run.ride()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ticks", range(40))
def test_whenever_it_is_interrupted_the_trainer_itself_is_released(tmp_path, ticks):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)
    script.at[37.0 + ticks * 0.25] = run.interrupt
    run.ride()
    assert run.warning is None
    with Recorded(tmp_path / "a.ride") as recorded:
        status = [page for each in recorded.rows("pages") for page in [each[3]] if page[0] == 0x47]
    # The last command status names track resistance, grade 0 (20 000 hundredths above -200 %).
    assert status[-1][1] == 0x33
    assert status[-1][5:7] == (20_000).to_bytes(2, "little")


def test_a_trainer_whose_send_fails_is_still_let_go_and_the_ride_kept(tmp_path, monkeypatch):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)

    def fail(*_):
        raise TrainerLost("gone")

    script.at[100.0] = lambda: monkeypatch.setattr(run.trainer, "send", fail)
    with pytest.raises(TrainerLost):
        run.ride()
    assert [each.name for each in tmp_path.iterdir()] == ["a.ride"]
    with Recorded(tmp_path / "a.ride") as recorded:
        assert not recorded.finished
        assert len(recorded.ride()) >= 99


def test_a_second_interruption_does_not_wait_for_the_tick(tmp_path):
    run = rolling(tmp_path / "a.ride", Script())
    run.began = True
    run.interrupt()
    with pytest.raises(KeyboardInterrupt):
        run.interrupt()
    run.journal.discard()


def test_whoever_interrupts_while_the_trainer_is_opened_is_not_kept_waiting(tmp_path):
    run = rolling(tmp_path / "a.ride", Script())
    run.trainer.open = lambda now: run.interrupt()
    with pytest.raises(KeyboardInterrupt):
        run.ride()
    assert not run.began
    assert list(tmp_path.iterdir()) == []
    run.interrupt()  # once more, and nothing is left to stop


def test_an_interruption_before_the_first_step_ends_in_order(tmp_path):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)
    script.open = run.interrupt
    run.ride()
    with Recorded(tmp_path / "a.ride") as recorded:
        assert recorded.finished
        assert recorded.commands()[-1][1] == RELEASE


def test_a_rider_who_goes_on_interrupting_does_not_hinder_the_way_out(tmp_path, monkeypatch):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)
    run.trainer.close = run.interrupt  # as if Ctrl-C was pressed once more in it
    wait = run._wait_for_release
    monkeypatch.setattr(run, "_wait_for_release", lambda: (run.interrupt(), wait()))
    script.at[100.0] = lambda: (run.interrupt(), run.interrupt())
    with pytest.raises(KeyboardInterrupt):
        run.ride()
    assert script.closed
    assert run.warning is None
    with Recorded(tmp_path / "a.ride") as recorded:
        assert recorded.commands()[-1][1] == RELEASE


def test_a_trainer_that_refuses_to_be_released_by_grade_is_released_by_resistance(
    tmp_path, monkeypatch
):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)
    poll, send, sent = run.trainer.poll, run.trainer.send, []

    def take(command, now):
        sent.append(command)
        if not isinstance(command, TrackResistance):
            send(command, now)

    def say(now):
        refusals = [
            Reply(now, "track_resistance", ReplyStatus.NOT_SUPPORTED, 9) for _ in sent if now > 150
        ]
        return [*poll(now), *refusals[-1:]]

    def end():
        monkeypatch.setattr(run.trainer, "send", take)
        monkeypatch.setattr(run.trainer, "poll", say)
        run.interrupt()

    script.at[150.0] = end
    run.ride()
    assert sent == [RELEASE, BasicResistance(0.0)]
    assert run.warning is None


def test_the_rider_hears_once_that_a_command_was_refused(tmp_path, monkeypatch):
    script, heard = Script(), []
    show = script.show
    monkeypatch.setattr(script, "show", lambda snap, cues: (heard.extend(cues), show(snap, cues)))
    run = rolling(tmp_path / "a.ride", script)
    refusal = Reply(1.0, "target_power", ReplyStatus.REJECTED, 1)
    poll = run.trainer.poll
    monkeypatch.setattr(run.trainer, "poll", lambda now: [*poll(now), refusal])
    script.at[5.0] = run.interrupt
    run.ride()
    said = [cue.text for cue in heard if "refused" in cue.text]
    assert said == ["The trainer refused target power: rejected"]


def test_a_machine_that_was_held_up_goes_on_from_there(tmp_path):
    class HeldUp(ManualClock):
        """Real enough to be late: it loses ten seconds at second 20."""

        def sleep_until(self, when):
            super().sleep_until(when + 10.0 if 20 <= when < 20.25 else when)

        def late(self, when):
            return self.now() - when

    trainer = SimulatedTrainer(RIDER, seed=1)
    kept = Journal(tmp_path / "a.ride", Header("Test", START, RIDER, HILLS, "sim", "test"))
    Run(kept, trainer, HeldUp(), (trainer.rider,)).ride()
    with Recorded(tmp_path / "a.ride") as recorded:
        kinds = [row[1] for row in recorded.rows("events")]
        ride = recorded.ride()
    assert EventKind.CLOCK_JUMP in kinds
    assert ride.timer_time == 360
    assert ride.elapsed_time == pytest.approx(370, abs=0.5)


def test_a_release_that_got_lost_is_sent_again(tmp_path, monkeypatch):
    script = Script()
    run = rolling(tmp_path / "a.ride", script)
    send, lost = run.trainer.send, []

    def lossy(command, now):
        if command == RELEASE and not lost:
            lost.append(command)
        else:
            send(command, now)

    monkeypatch.setattr(run.trainer, "send", lossy)
    script.at[150.0] = run.interrupt
    run.ride()
    assert lost
    with Recorded(tmp_path / "a.ride") as recorded:
        assert [c for _, c in recorded.commands()][-2:] == [RELEASE, RELEASE]
        assert recorded.rows("replies")[-1][1:3] == ("track_resistance", "pass")


# --- a trainer on the air -------------------------------------------------------------------------


class Radio:
    """The simulated trainer at the end of a radio: told when it is out of reach, and says so."""

    def __init__(self, gone=(), events=(), deaf_from=float("inf")):
        self.inner = SimulatedTrainer(RIDER, seed=1)
        self.rider = self.inner.rider
        self.gone = gone
        self.deaf_from = deaf_from
        self.events = sorted(events, key=lambda event: event.time)

    def open(self, now):
        self.inner.open(now)

    def poll(self, now):
        due = [event for event in self.events if event.time <= now]
        self.events = self.events[len(due) :]
        pages = [
            page
            for page in self.inner.poll(now)
            if page.source is not Source.TRAINER
            or not any(since <= page.time < until for since, until in self.gone)
        ]
        return sorted([*pages, *due], key=lambda said: said.time)

    def send(self, command, now):
        if now < self.deaf_from:
            self.inner.send(command, now)

    def close(self):
        self.inner.close()


def link(time, kind, words=""):
    return Event(time, kind, words, Source.TRAINER.value)


OUT_OF_REACH = (
    link(0.0, EventKind.LINK_SEARCHING, "looking for trainer 12345"),
    link(5.1, EventKind.LINK_FOUND, "trainer 12345 found"),
    link(93.0, EventKind.LINK_STALE, "trainer 12345 silent for 3 seconds"),
    link(93.4, EventKind.LINK_LOST, "trainer 12345 lost: looking for it"),
    link(95.0, EventKind.LINK_BACK, "trainer 12345 back"),
    Event(130.1, EventKind.STICK_LOST, "the ANT stick is gone: plug it in again"),
    Event(133.0, EventKind.STICK_BACK, "the ANT stick is back"),
    link(134.0, EventKind.LINK_BACK, "trainer 12345 back"),
)
GONE_FOR = ((0.0, 5.1), (90.0, 95.0), (130.1, 134.0))


class Listener(Script):
    """A display that keeps the cues."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.heard = []

    def show(self, snapshot, cues):
        self.heard += [cue.text for cue in cues]
        super().show(snapshot, cues)


def on_the_air(path: Path, radio: Radio, script: Script) -> Run:
    kept = Journal(path, Header("Test", START, RIDER, HILLS, "ant", "test"))
    return Run(kept, radio, ManualClock(), (script, radio.rider))


def test_a_ride_with_drop_outs_waits_for_each_and_keeps_every_event_once(tmp_path):
    script = Listener()
    on_the_air(tmp_path / "a.ride", Radio(GONE_FOR, OUT_OF_REACH), script).ride()
    with Recorded(tmp_path / "a.ride") as recorded:
        rows = recorded.rows("events")
        heard = [m for step in recorded.inputs() for m in step.messages if isinstance(m, Event)]
        ride = recorded.ride()
    told = [(e.time, e.kind, e.text) for e in OUT_OF_REACH]
    assert [row[:3] for row in rows if row[:3] in told] == told
    assert heard == list(OUT_OF_REACH)
    pauses = [(time, text) for time, kind, text, _ in rows if kind in ("paused", "resumed")]
    assert pauses == [
        (0, "looking for the trainer"), (8.25, ""),
        (93.5, "trainer lost"), (98, ""),
        (130.25, "trainer lost"), (137, ""),
    ]  # fmt: skip
    assert ride.timer_time == 360
    assert ride.elapsed_time == 360 + 8.25 + 4.5 + 6.75


def test_a_ride_with_drop_outs_ridden_again_gives_the_same_answers(tmp_path):
    on_the_air(tmp_path / "a.ride", Radio(GONE_FOR, OUT_OF_REACH), Script()).ride()
    assert_rides_again(tmp_path / "a.ride", told=OUT_OF_REACH)


def test_what_is_said_within_one_tick_is_ridden_again_in_its_order(tmp_path):
    # Lost and found between two ticks, with pages before, between and after.
    quick = (
        link(90.05, EventKind.LINK_LOST),
        link(90.15, EventKind.LINK_BACK),
    )
    on_the_air(tmp_path / "a.ride", Radio((), quick), Script()).ride()
    with Recorded(tmp_path / "a.ride") as recorded:
        step = next(s for s in recorded.inputs() if any(isinstance(m, Event) for m in s.messages))
    times = [message.time for message in step.messages]
    assert times == sorted(times)
    assert len(times) > 3
    assert_rides_again(tmp_path / "a.ride", told=quick)


def test_the_rider_hears_what_happened_to_the_link(tmp_path):
    script = Listener()
    on_the_air(tmp_path / "a.ride", Radio(GONE_FOR, OUT_OF_REACH), script).ride()
    spoken = [text for text in script.heard if "12345" in text or "stick" in text]
    assert spoken == [
        "Trainer 12345 lost: looking for it",
        "The ANT stick is gone: plug it in again",
        "The ANT stick is back",
    ]
    assert script.heard.count("Trainer is back: 1") == 2


def test_a_release_that_nobody_confirms_is_a_warning(tmp_path):
    run = on_the_air(tmp_path / "a.ride", Radio(deaf_from=100.0), Script({150: [Key.QUIT]}))
    run.ride()
    assert run.warning is not None
    assert "did not confirm that the load is off" in run.warning
    with Recorded(tmp_path / "a.ride") as recorded:
        assert recorded.finished
        _, kind, text, _ = recorded.rows("events")[-1]
    assert (kind, text) == (EventKind.RELEASE_UNCONFIRMED, run.warning)


def test_a_ride_that_ends_without_its_trainer_warns_and_takes_no_time(tmp_path):
    lost = link(101.0, EventKind.LINK_LOST)
    radio = Radio([(100.0, 1e9)], [lost])
    run = on_the_air(tmp_path / "a.ride", radio, Script({120: [Key.QUIT]}))
    run.ride()
    assert run.warning is not None
    assert run.clock.now() < 120 + 5


def test_a_release_that_was_confirmed_is_no_warning(tmp_path):
    run = on_the_air(tmp_path / "a.ride", Radio(), Script({150: [Key.QUIT]}))
    run.ride()
    assert run.warning is None


def test_a_trainer_that_was_never_heard_has_no_load_to_warn_of(tmp_path):
    searching = link(0.0, EventKind.LINK_SEARCHING)
    radio = Radio([(0.0, 1e9)], [searching])
    run = on_the_air(tmp_path / "a.ride", radio, Script({20: [Key.QUIT]}))
    run.ride()
    assert run.warning is None


def test_a_driver_that_fails_on_the_way_out_leaves_a_warning(tmp_path, monkeypatch):
    script = Script()
    run = on_the_air(tmp_path / "a.ride", Radio(), script)

    def fail(*_):
        raise TrainerLost("gone")

    script.at[100.0] = lambda: monkeypatch.setattr(run.trainer, "send", fail)
    with pytest.raises(TrainerLost):
        run.ride()
    assert run.warning is not None
    with Recorded(tmp_path / "a.ride") as recorded:
        assert recorded.rows("events")[-1][1] == EventKind.RELEASE_UNCONFIRMED


def test_an_answer_to_a_command_that_is_not_ours_confirms_no_release(tmp_path):
    # Page 71 of a command that cannot be repeated: it equals nothing that was asked.
    class Other(Radio):
        def poll(self, now):
            page = bytes.fromhex("47fc0100ffffffff")
            return [
                Page(said.time, Source.TRAINER, page)
                if isinstance(said, Page) and said.payload[0] == 0x47
                else said
                for said in super().poll(now)
            ]

    run = on_the_air(tmp_path / "a.ride", Other(), Script({150: [Key.QUIT]}))
    run.ride()
    assert run.warning is not None

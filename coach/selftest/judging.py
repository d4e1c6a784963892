"""Whether a ride through a fault scenario went as it should; pure.

A scenario says which events it expects, each where it comes first, and which chance may add; these
and no others have to be in the journal. Events of the road, that is: what every ride tells (a
trainer is looked for and found, pedals tell the position) and the sensors' own comings and goings
are left aside. The invariants are the same for every scenario:

================  ==============================================================================
no_sample_lost    each page that the stick handed on intact is in the journal: in order, unchanged
target_held       once all is over, and from 3 s later on, what the trainer was told last is what
                  the coach wanted within the last 2 s
nothing_old       whatever load reached the trainer was wanted within the last 2 s
restored          each time the trainer is found, it is told of rider, wind and load, in this
                  order, within 3 s
within_limits     nothing that reached the trainer asks for more than the rider's limits
timer_paused      while the trainer is lost, and until the count-down is over, the timer stands
                  still and the load wanted does not rise
released          at the end the load is off and that is confirmed; if the trainer cannot be
                  reached, the rider is told so
clean_end         the journal is finished, nothing failed, no thread is left
fault_met         each fault of the scenario made a difference
================  ==============================================================================
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.errors import DecodeError
from coach.messages import (
    SETPOINTS,
    BasicResistance,
    Command,
    EventKind,
    ReplyStatus,
    Source,
    TargetPower,
    TrackResistance,
)
from coach.pauses import COUNTDOWN
from coach.protocol import fec
from coach.selftest.riding import Ridden, over
from coach.trainers.faults import FaultKind, Scenario
from coach.wire import lighter

RECOVERED = 3.0
"""After this long [s] the trainer must hold its target again."""
CURRENT = 2.0
"""What was wanted within this time [s] is current: commands take a slot, and slots are lost."""
PROMPT = 1.0
"""The timer stops and goes on within this time [s]."""
STEP = 0.25

_LINK = (EventKind.LINK_STALE, EventKind.LINK_LOST, EventKind.LINK_BACK)
_BACK = (
    EventKind.LINK_BACK,
    EventKind.STICK_BACK,
    EventKind.CONTROL_BACK,
    EventKind.VALUES_BACK,
)
_ROAD = frozenset(
    {
        *_LINK,
        *_BACK,
        EventKind.RECEPTION_POOR,
        EventKind.RECEPTION_GOOD,
        EventKind.STICK_LOST,
        EventKind.BAD_BYTES,
        EventKind.CHANNEL_REOPENED,
        EventKind.CONTROL_LOST,
        EventKind.COMMAND_REJECTED,
        EventKind.COMMAND_PENDING,
        EventKind.COMMAND_UNCONFIRMED,
        EventKind.FOREIGN_CONTROLLER,
        EventKind.CAPABILITIES_UNKNOWN,
        EventKind.VALUES_FROZEN,
        EventKind.CLOCK_JUMP,
        EventKind.RELEASE_UNCONFIRMED,
    }
)
_CONFIGURATION = fec.UserConfiguration.number
_WIND = fec.WindResistance.number
_LOADS = (fec.BasicResistance.number, fec.TargetPower.number, fec.TrackResistance.number)
_RELEASE = TrackResistance(0.0)
"""What takes the load off the simulated trainer, which can do everything."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a scenario."""

    scenario: str
    title: str
    events_expected: list[EventKind]
    events_seen: list[EventKind]
    """Of the road, each where it came first."""
    told: bool
    """These are those expected, and at most what chance may have added."""
    invariants: dict[str, bool]
    failures: list[str]
    """What failed in the program itself, in words."""

    @property
    def ok(self) -> bool:
        """Whether everything is as it should be."""
        return self.told and all(self.invariants.values())

    def as_json(self) -> dict[str, object]:
        """Return it as it is printed for programs."""
        return {
            "scenario": self.scenario,
            "events_expected": [each.value for each in self.events_expected],
            "events_seen": [each.value for each in self.events_seen],
            "invariants": self.invariants,
            "ok": self.ok,
        }


def judge(ridden: Ridden) -> Verdict:
    """Judge a ride."""
    scenario = ridden.scenario
    seen = list(dict.fromkeys(kind for _, kind in _road(ridden)))
    chance = set(scenario.possible)
    return Verdict(
        scenario.name,
        scenario.title,
        list(scenario.expected),
        seen,
        [kind for kind in seen if kind not in chance] == list(scenario.expected),
        {
            "no_sample_lost": _no_sample_lost(ridden),
            "target_held": _target_held(ridden),
            "nothing_old": _nothing_old(ridden),
            "restored": _restored(ridden),
            "within_limits": _within_limits(ridden),
            "timer_paused": _timer_paused(ridden),
            "released": _released(ridden),
            "clean_end": ridden.finished and not ridden.left,
            "fault_met": bool(ridden.acted) and all(ridden.acted.values()),
        },
        ridden.left,
    )


def _road(ridden: Ridden) -> Iterator[tuple[float, EventKind]]:
    """Yield what the road brought, with the time."""
    for time, kind, value in ridden.events:
        if kind in _ROAD and (kind not in _LINK or value == Source.TRAINER):
            yield time, kind


def _no_sample_lost(ridden: Ridden) -> bool:
    kept = ridden.pages
    whole = [(source, payload) for _, source, payload in ridden.delivered]
    after = ridden.polled - ridden.late
    waiting = ridden.delivered[len(kept) :]
    return bool(kept) and kept == whole[: len(kept)] and all(at > after for at, *_ in waiting)


# --- the load ---------------------------------------------------------------------------------


def recovered(ridden: Ridden) -> float:
    """Return when all is over [s]: the last fault, and what had to come back after it."""
    since = ridden.opened + over(ridden.scenario)
    return max([since, *(time for time, kind in _road(ridden) if kind in _BACK)])


def _loads(ridden: Ridden) -> list[tuple[float, bytes]]:
    """Return the set-points that reached the trainer, as far as they are the coach's."""
    others = _of_others(ridden.scenario)
    return [(at, p) for at, p in ridden.reached if p[0] in _LOADS and p not in others]


def _of_others(scenario: Scenario) -> set[bytes]:
    return {
        _page(TargetPower(fault.target_power))
        for fault in scenario.faults
        if fault.kind is FaultKind.FOREIGN_CONTROLLER
    }


def _page(command: Command) -> bytes:
    return fec.page_for(command).encode()


class _Wanted:
    """The set-points that the coach asked for."""

    def __init__(self, ridden: Ridden) -> None:
        self._sent = [(at, _page(each)) for at, each in ridden.sent if isinstance(each, SETPOINTS)]
        self._times = [at for at, _ in self._sent]
        self._span = CURRENT + ridden.late

    def lately(self, now: float) -> set[bytes]:
        """Return what was wanted within `CURRENT`; what was in force at its beginning too."""
        since, until = bisect_right(self._times, now - self._span), bisect_right(self._times, now)
        return {payload for _, payload in self._sent[max(0, since - 1) : until]}


def _target_held(ridden: Ridden) -> bool:
    told = [(at, payload) for at, payload in ridden.reached if payload[0] in _LOADS]
    times = [at for at, _ in told]
    wanted = _Wanted(ridden)
    now = recovered(ridden) + RECOVERED + ridden.late
    while now <= ridden.closed:
        last = bisect_right(times, now)
        if not last or told[last - 1][1] not in wanted.lately(now):
            return False
        now += STEP
    return True


def _nothing_old(ridden: Ridden) -> bool:
    wanted = _Wanted(ridden)
    return all(payload in wanted.lately(at) for at, payload in _loads(ridden))


def _restored(ridden: Ridden) -> bool:
    """Tell whether a trainer that was found was told everything, each time."""
    lost = True
    found = 0
    for time, kind, value in ridden.events:
        if value != Source.TRAINER:
            continue
        if kind is EventKind.LINK_LOST:
            lost = True
        elif lost and kind in (EventKind.LINK_FOUND, EventKind.LINK_BACK):
            lost = False
            found += 1
            until = time + RECOVERED + ridden.late
            numbers = [p[0] for at, p in ridden.reached if time <= at <= until]
            if not _in_order(numbers):
                return False
    return found > 0


def _in_order(numbers: Sequence[int]) -> bool:
    rest = iter(numbers)
    return _CONFIGURATION in rest and _WIND in rest and any(each in _LOADS for each in rest)


def _within_limits(ridden: Ridden) -> bool:
    limits = ridden.rider.limits
    for _, payload in _loads(ridden):
        match fec.command_from(fec.decode(payload, sender="display")):
            case TrackResistance(grade) if grade > limits.grade:
                return False
            case TargetPower(power) if limits.power is not None and power > limits.power:
                return False
            case BasicResistance(resistance) if resistance > limits.basic_resistance:
                return False
    return True


def _timer_paused(ridden: Ridden) -> bool:
    for lost, back in _absences(ridden):
        if back - lost < STEP:
            continue  # a leap of the clock, over before the ride could stop
        since, until = lost + PROMPT + ridden.late, back + COUNTDOWN - PROMPT - ridden.late
        if any(since < at < until for at in ridden.timed):
            return False
        held: Command | None = None
        for at, command in ridden.sent:
            if isinstance(command, SETPOINTS):
                if held is not None and lost < at < back and lighter(command, held) != command:
                    return False
                if at <= lost:
                    held = command
    return True


def _absences(ridden: Ridden) -> Iterator[tuple[float, float]]:
    """Yield when the trainer was lost and when it was back, or the end."""
    lost: float | None = None
    for time, kind, value in ridden.events:
        if value != Source.TRAINER:
            continue
        if kind is EventKind.LINK_LOST:
            lost = time
        elif kind is EventKind.LINK_BACK and lost is not None:
            yield lost, time
            lost = None
    if lost is not None:
        yield lost, ridden.closed


def _released(ridden: Ridden) -> bool:
    if not _reachable(ridden):
        return any(kind is EventKind.RELEASE_UNCONFIRMED for _, kind, _ in ridden.events)
    loads = [payload for _, payload in ridden.reached if payload[0] in _LOADS]
    if not loads or loads[-1] != _page(_RELEASE):
        return False
    statuses = [page for source, page in ridden.pages if source is Source.TRAINER]
    statuses = [page for page in statuses if page[0] == fec.CommandStatus.number]
    return bool(statuses) and _confirms(statuses[-1], _RELEASE)


def _confirms(payload: bytes, command: Command) -> bool:
    try:
        page = fec.decode(payload)
    except DecodeError:
        return False
    return (
        isinstance(page, fec.CommandStatus)
        and page.status == ReplyStatus.PASS
        and page.echo is not None
        and fec.command_from(page.echo) == command
    )


def _reachable(ridden: Ridden) -> bool:
    """Tell whether a command could reach the trainer at the end."""
    state = {EventKind.LINK_BACK: True, EventKind.CONTROL_BACK: True}
    out = (EventKind.LINK_STALE, EventKind.LINK_LOST, EventKind.STICK_LOST, EventKind.CONTROL_LOST)
    state |= dict.fromkeys(out, False)
    last = [state[kind] for _, kind in _road(ridden) if kind in state]
    return not last or last[-1]

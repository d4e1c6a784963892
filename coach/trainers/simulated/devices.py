"""The trainer of a simulated ride, as it is heard on the air: what it sends, and what it obeys.

It knows what to send in its next slot, in the order of real ones, and answers what a display
sends. All of it is page bytes of `coach.protocol`. Some bad habits of real ones can be switched on.

Interleaving: 16, 25, 25 and, after ten rounds, the background pages 80 or 81 (as FortiusANT does).
An answer takes the place of the page whose turn it was.

Source: reference notes on FE-C, sections 2.2 and 2.3.
"""

from __future__ import annotations

from collections import deque

from coach.errors import DecodeError
from coach.messages import ReplyStatus
from coach.protocol import common, fec
from coach.protocol.pages import DataPage
from coach.trainers.simulated.machine import STEP, STRONGEST_FORCE, Machine
from coach.trainers.simulated.rider import SimulatedRider
from coach.trainers.simulated.sensors import identification
from coach.trainers.simulated.spin_down import SpinDown

_TRAINER_CYCLE = (0x10, 0x19, 0x19) * 10 + (0x50, 0x50) + (0x10, 0x19, 0x19) * 10 + (0x51, 0x51)


class TrainerDevice:
    """The trainer's side of its channel, a slot every `STEP`.

    Parameters
    ----------
    machine : Machine
        What obeys the commands that come in.
    rider : SimulatedRider
        Whose power and cadence are measured, and who reads the trainer's screen.

    Attributes
    ----------
    unanswered : set of int
        Pages that are never sent, however often they are asked for.
    frozen : bool
        Data page 25 says over and over what it said last.
    """

    MODEL = 1
    RESULTS = 4
    """The result of a spin-down is said so many times."""

    def __init__(self, machine: Machine, rider: SimulatedRider) -> None:
        self._machine = machine
        self._rider = rider
        self._slot = 0
        self._answers: deque[int] = deque()
        self._events = 0
        self._power = 0
        self._power_sum = 0
        self._distance = 0.0
        self._state = "ready"
        self._configuration: DataPage = fec.UserConfiguration()
        self._configured = False
        self._sequence = -1
        self._status = fec.CommandStatus()
        self._maker, self._product = identification(self.MODEL)
        self._spin_down: SpinDown | None = None
        self._result = b""
        self._verdict = ReplyStatus.PASS
        self._held: dict[int, DataPage] = {}
        self._last_data = b""
        self.unanswered: set[int] = set()
        self.frozen = False

    @property
    def period(self) -> int:
        """Channel period [1/32768 s]."""
        return fec.PERIOD

    def judge(self, verdict: ReplyStatus) -> None:
        """Answer what loads the brake like this from now on, and obey only what passes.

        What was pending is obeyed when that is over.
        """
        if verdict is self._verdict:
            return
        self._verdict = verdict
        held, self._held = self._held, {}
        for page in held.values():
            self._status = fec.CommandStatus.answering(page, self._sequence, self._follow(page))

    def receive(self, payload: bytes) -> None:
        """Take what a display sends; what makes no sense is ignored, as trainers do."""
        try:
            page = fec.decode(payload, sender="display")
        except DecodeError:
            return
        if isinstance(page, common.RequestDataPage):
            self._answer(page)
        elif isinstance(page, fec.CalibrationRequest):
            if page.spin_down:
                self._spin_down = SpinDown(self._machine, self._rider)
        elif page.number in fec.COMMANDS:
            self._obey(page)

    def broadcast(self) -> bytes:
        """Return the page of this slot."""
        self._measure()
        turn = self._slot
        self._slot += 1
        if self._answers:
            return self._page(self._answers.popleft())
        if self._spin_down is not None and turn & 1:
            return self._spin_down.page().encode()
        return self._page(_TRAINER_CYCLE[turn % len(_TRAINER_CYCLE)])

    def _answer(self, request: common.RequestDataPage) -> None:
        """Queue the page asked for; a new request for the same page replaces the old one."""
        wanted = request.requested_page
        if wanted not in (0x36, 0x37, 0x47, 0x50, 0x51) or wanted in self.unanswered:
            return
        others = [number for number in self._answers if number != wanted]
        self._answers = deque([*others, *([wanted] * max(1, request.count))])

    def _obey(self, page: DataPage) -> None:
        status = self._follow(page)
        # 255 means that there was no command yet.
        self._sequence = (self._sequence + 1) % 255
        self._status = fec.CommandStatus.answering(page, self._sequence, status)

    def _follow(self, page: DataPage) -> ReplyStatus:
        """Do what a command says, as far as the verdict lets it."""
        command = fec.command_from(page)
        if command is None:
            return ReplyStatus.FAIL
        if isinstance(page, fec.UserConfiguration):
            self._configuration, self._configured = page, True
        elif self._verdict is not ReplyStatus.PASS:
            if self._verdict is ReplyStatus.PENDING:
                # Kept in the order in which they came last.
                self._held.pop(page.number, None)
                self._held[page.number] = page
            return self._verdict
        self._machine.obey(command)
        return ReplyStatus.PASS

    def _measure(self) -> None:
        """Count what happened since the last slot; counters stand still unless in use."""
        speed = self._machine.speed
        if self._spin_down is not None:
            self._spin_down.step()
            if self._spin_down.result is not None:
                self._result = self._spin_down.result.encode()
                self._answers.extend([fec.CalibrationResponse.number] * self.RESULTS)
                self._spin_down = None
        self._power = min(round(self._rider.power), 4094)
        if speed > 0.0:
            self._state = "in_use"
            self._events = (self._events + 1) & 0xFF
            self._power_sum = (self._power_sum + self._power) & 0xFFFF
            self._distance += speed * STEP
        elif self._state == "in_use":
            self._state = "finished"

    def _page(self, number: int) -> bytes:
        if number == 0x19:
            return self._specific_trainer_data()
        if number == 0x10:
            return self._general_fe_data()
        if number == 0x50:
            return self._maker
        if number == 0x51:
            return self._product
        if number == 0x37:
            return self._configuration.encode()
        if number == 0x47:
            return self._status.encode()
        if number == 0x01:
            return self._result
        return fec.FeCapabilities(
            maximum_resistance_n=round(STRONGEST_FORCE),
            basic_resistance=True,
            target_power=True,
            simulation=True,
        ).encode()

    def _specific_trainer_data(self) -> bytes:
        if self.frozen and self._last_data:
            return self._last_data
        self._last_data = fec.SpecificTrainerData(
            state=self._state,
            event_count=self._events,
            cadence_rpm=min(round(self._rider.cadence), 254),
            accumulated_power_w=self._power_sum,
            power_w=self._power,
            user_configuration_required=not self._configured,
            target_power_limits=self._machine.power_limit or "at_target",
        ).encode()
        return self._last_data

    def _general_fe_data(self) -> bytes:
        return fec.GeneralFeData(
            state=self._state,
            elapsed_time_s=self._slot % 256 * STEP,
            distance_m=int(self._distance) % 256,
            speed_mps=self._machine.speed,
            heart_rate_source="none",
        ).encode()

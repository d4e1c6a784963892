"""What is said to the trainer: one acknowledged message at a time, each command confirmed.

Theory of operation
-------------------
What the trainer should be doing is kept as three wishes: user configuration (55), wind (50) and the
set-point (48, 49 or 51). A newer wish replaces an older one of its sort, sent or not: there is no
queue, so nothing stale can leave it. A wish is due when it changes, when it is repeated by whoever
wants it, and, all three in this order, when the trainer is found again.

A message goes out while the trainer is heard, and the next one only when the radio has told what
became of the one before:

* acknowledged: a command is then confirmed, by asking for command status (71) and comparing page,
  sequence and echo. *Pass* ends it; *pending* is asked again; *fail* and *rejected* are tried once
  more, then told; *not supported* is told at once. A set-point is asked about once a second at the
  most, since each answer takes the place of a page of measured values. Load that changes all the
  time is refused or pending as a whole, whichever of its steps was asked about;
* failed, or the stick is still busy: the wish is due again, with what it is by then;
* nothing for two seconds in which the trainer is heard: control counts as lost, until an answer
  comes in time. The stick may still hold the message and send it later, so nothing is sent on top
  of it. After four seconds, or after eight failures, the channel has to be opened again (`stuck`),
  which empties the stick.

A command status that repeats a command which was never sent here is another program's: FE-C lets
two of them control one trainer, and the rider must know. So the trainer is asked what it was told
last before every few set-points.

Source: reference notes on FE-C, sections 1.2, 1.6 and 2.3. Not tried on hardware: how trainers
other than the simulated one answer for page 71.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from coach.errors import DecodeError
from coach.messages import Capabilities, Command, Event, EventKind, ReplyStatus
from coach.protocol import common, fec

SLOT = 0.25
"""The trainer speaks once in this time [s]."""
SLOW = 2.0
"""Without an answer of the radio while the trainer spoke for so long [s], control is lost."""
STUCK = 4.0
"""And after this long [s] the stick will not answer any more."""
FAILURES = 8
"""So many failed messages in a row, and the channel is opened again."""
STATUS_INTERVAL = 1.0
"""Least time between two requests for command status because of set-points [s]."""
STATUS_PATIENCE = 1.0
"""How long to wait for the command status before it is asked for again [s]."""
STATUS_ATTEMPTS = 4
CONFIRMED_WITHIN = 1.0
"""The load waits no longer than this for each of the two commands before it [s]."""
SHY = 3
"""A trainer that left so many commands in a row unconfirmed is asked less often ..."""
SHY_INTERVAL = 30.0
"""... namely every so many seconds."""
PENDING = 2.0
"""A command may be pending for so long [s] before the rider is told."""
CAPABILITIES_INTERVAL = 3.0
CAPABILITIES_ATTEMPTS = 5
CAPABILITIES_LATER = 60.0
CHECK_INTERVAL = 2.5
"""Before a set-point, once in this time [s], the trainer is asked who loaded it last."""
FOREIGN_INTERVAL = 30.0
"""Another controller is told of once in this time [s]."""
ECHOES = 32
"""How many of its own commands it knows again."""

CONFIGURATION, WIND, SETPOINT = range(3)
_SORTS = {0x37: CONFIGURATION, 0x32: WIND}
_MEANT = {0x30: 3, 0x31: 2, 0x32: 1, 0x33: 1, 0x37: 0}
"""From which byte of an echo on a command says something; the bytes before are reserved."""
_NO_ECHO = b"\xff\xff\xff\xff"

_CAPABILITIES = common.RequestDataPage(requested_page=0x36, count=4).encode()
# An answer takes a slot away from measured values; who did not answer once is asked for four.
_STATUS = common.RequestDataPage(requested_page=0x47, count=1).encode()
_STATUS_AGAIN = common.RequestDataPage(requested_page=0x47, count=4).encode()


@dataclass(slots=True)
class _Flight:
    """A message that the radio has not answered for yet."""

    payload: bytes
    since: float
    sort: int | None = None
    """Of the wish that it carries."""
    pages: int = 0
    """Heard of the trainer since."""

    @property
    def waited(self) -> float:
        """How long the trainer spoke since [s]; its silence is the link's to judge."""
        return self.pages * SLOT


@dataclass(slots=True)
class _Asked:
    """A command that the radio delivered and the trainer has not confirmed."""

    payload: bytes
    sort: int
    since: float
    sequence: int | None
    """Of the command status seen last before it was sent."""
    again: bool
    """It was refused once, and sent once more."""
    attempts: int = 0
    requested: float = float("-inf")
    hurried: bool = False
    """Whoever wants it waits for its confirmation."""
    answered: bool = False


def _meaning(number: int, echo: bytes) -> tuple[int, bytes]:
    """Return what a command says, as far as command status (71) repeats it."""
    return number, echo[_MEANT[number] :]


class Dialogue:
    """The one-sided talk with a trainer.

    Parameters
    ----------
    say : callable
        Takes an event.

    Attributes
    ----------
    capabilities : Capabilities or None
        What the trainer says it can do.
    stuck : bool
        The channel has to be opened again; cleared by `interrupted`.
    """

    def __init__(self, say: Callable[[Event], None]) -> None:
        self.stuck = False
        self.capabilities: Capabilities | None = None
        self._say = say
        self._wishes: dict[int, bytes] = {}
        self._due: set[int] = set()
        self._requests: deque[bytes] = deque()
        self._flight: _Flight | None = None
        self._asked: _Asked | None = None
        self._refused: set[int] = set()
        self._pending_since: float | None = None
        self._check_at = float("inf")
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=ECHOES)
        self._sequence: int | None = None
        self._status_requested = float("-inf")
        self._failures = 0
        self._failing_since: float | None = None
        self._lost = False
        self._unconfirmed = 0
        self._told: set[tuple[int, str]] = set()
        self._foreign_told = float("-inf")
        self._capabilities_at = float("-inf")
        self._capabilities_attempts = 0

    # --- what is wanted -----------------------------------------------------------------------

    def want(self, command: Command) -> None:
        """Wish for something; it replaces the wish of its sort.

        What is on its way or being confirmed already is not begun anew: who repeats a wish every
        half second would never see it confirmed. From a trainer that does not confirm there is
        nothing to see, and it is told again.

        Raises
        ------
        EncodeError
            If the command does not fit its data page.
        """
        payload = fec.page_for(command).encode()
        sort = _SORTS.get(payload[0], SETPOINT)
        asked = self._asked if self._unconfirmed < SHY else None
        under_way = self._wishes.get(sort) == payload and any(
            each is not None and each.payload == payload for each in (self._flight, asked)
        )
        self._wishes[sort] = payload
        if not under_way:
            self._due.add(sort)
        elif asked is not None and asked.payload == payload:
            asked.hurried = True

    def request(self, payload: bytes) -> None:
        """Send a page that is no wish (a request, a calibration) once, as soon as may be."""
        self._requests.append(payload)

    def found(self) -> None:
        """Note that the trainer is there (again): it may have forgotten everything."""
        self._due = set(self._wishes)
        self._asked = None
        self._check_at = float("inf")
        self._sequence = None
        self._failing_since = None

    def interrupted(self) -> None:
        """Note that the link is gone, and with it whatever was on its way.

        What failed before goes on failing when only the channel was opened anew.
        """
        if self._flight is not None and self._flight.sort is not None:
            self._due.add(self._flight.sort)
        self._flight = None
        self._requests.clear()
        self.stuck = False
        self._failures = 0

    @property
    def flying(self) -> bool:
        """Whether the radio has a message that it has not answered for."""
        return self._flight is not None

    @property
    def idle(self) -> bool:
        """Whether all that was wished for is delivered, and confirmed or given up."""
        return not self._due and self._flight is None and self._asked is None

    # --- what goes out ------------------------------------------------------------------------

    def next(self, now: float) -> bytes | None:
        """Return the payload to send now, acknowledged, if there is one."""
        if self._flight is not None or self.stuck:
            return None
        if self._requests:
            self._flight = _Flight(self._requests.popleft(), now)
        elif (sort := self._sort_due(now)) == SETPOINT and self._is_to_check(now):
            self._check_at = now + CHECK_INTERVAL
            self._flight = _Flight(_STATUS, now)
        elif sort is not None:
            self._due.discard(sort)
            payload = self._wishes[sort]
            self._flight = _Flight(payload, now, sort)
            # It may arrive, whatever is heard of it.
            self._sent.append(_meaning(payload[0], payload[4:]))
        elif (request := self._status_request(now)) is not None:
            self._flight = _Flight(request, now)
        elif self.capabilities is None and now >= self._capabilities_at:
            self._flight = _Flight(_CAPABILITIES, now)
        return None if self._flight is None else self._flight.payload

    def _sort_due(self, now: float) -> int | None:
        """Return the sort of wish to send; a configuration has a moment to be confirmed."""
        asked = self._asked
        if asked is not None and asked.sort != SETPOINT and now - asked.since < CONFIRMED_WITHIN:
            return None
        return min(self._due, default=None)

    def _is_to_check(self, now: float) -> bool:
        """Tell whether somebody else may have loaded the trainer since it was asked last."""
        return now >= self._check_at and self._unconfirmed < SHY

    def _status_request(self, now: float) -> bytes | None:
        asked = self._asked
        if asked is None or asked.attempts >= STATUS_ATTEMPTS:
            return None
        if now - asked.requested < STATUS_PATIENCE:
            return None
        interval = STATUS_INTERVAL if asked.sort == SETPOINT and not asked.hurried else 0.0
        if self._unconfirmed >= SHY:
            interval = SHY_INTERVAL
        if not asked.attempts and now - self._status_requested < interval:
            return None
        return _STATUS if not asked.attempts else _STATUS_AGAIN

    # --- what the radio says --------------------------------------------------------------------

    def completed(self, now: float) -> None:
        """The trainer's radio has acknowledged the message on its way."""
        flight, self._flight = self._flight, None
        if flight is None:
            return  # too late: its channel was given up
        self._failures, self._failing_since = 0, None
        if self._lost and flight.waited < SLOW:
            self._lost = False
            self._say(Event(now, EventKind.CONTROL_BACK, "the trainer takes commands again"))
        payload = flight.payload
        if flight.sort is not None:
            again = flight.sort in self._refused
            self._asked = _Asked(payload, flight.sort, now, self._sequence, again)
            if flight.sort == SETPOINT:
                self._check_at = min(self._check_at, now + CHECK_INTERVAL)
        elif payload in (_STATUS, _STATUS_AGAIN):
            if self._asked is not None:
                self._status_requested = now
                self._asked.attempts += 1
                self._asked.requested = now
        elif payload == _CAPABILITIES:
            self._capabilities_asked(now)

    def failed(self, now: float) -> None:
        """The message on its way did not arrive, or the stick did not take it."""
        flight, self._flight = self._flight, None
        if flight is None:
            return
        if flight.sort is not None:
            self._due.add(flight.sort)
        elif flight.payload not in (_STATUS, _STATUS_AGAIN, _CAPABILITIES):
            self._requests.appendleft(flight.payload)
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = flight.since
        if now - self._failing_since >= SLOW:
            self._lose(now)
        if self._failures >= FAILURES:
            self.stuck = True

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self._flight is not None and self._flight.waited >= SLOW:
            self._lose(now)
            self.stuck = self.stuck or self._flight.waited >= STUCK
        asked = self._asked
        if (
            asked is not None
            and asked.attempts >= STATUS_ATTEMPTS
            and now - asked.requested >= STATUS_PATIENCE
        ):
            self._give_up(asked, now)

    def _lose(self, now: float) -> None:
        if not self._lost:
            self._lost = True
            text = "the trainer takes no commands at the moment: its load stays as it is"
            self._say(Event(now, EventKind.CONTROL_LOST, text))

    # --- what the trainer says --------------------------------------------------------------------

    def read(self, payload: bytes, now: float) -> None:
        """Take a page of the trainer."""
        if self._flight is not None:
            self._flight.pages += 1
        if payload[0] not in (fec.FeCapabilities.number, fec.CommandStatus.number):
            return
        try:
            page = fec.decode(payload)
        except DecodeError:
            return
        if isinstance(page, fec.CommandStatus):
            self._read_status(page, payload, now)
        elif isinstance(page, fec.FeCapabilities):
            self.capabilities = Capabilities(
                page.basic_resistance, page.target_power, page.simulation
            )

    def _read_status(self, page: fec.CommandStatus, payload: bytes, now: float) -> None:
        number, echo, asked = payload[1], payload[4:], self._asked
        self._sequence = page.sequence
        if number not in _MEANT:
            return  # nothing that sets a load: nobody's command, or nobody's business
        heard = _meaning(number, echo)
        if echo == _NO_ECHO:
            # It does not say of which command: enough for a refusal, and for nothing else.
            if asked and number == asked.payload[0] and page.status != ReplyStatus.PASS:
                self._judge(asked, page, now)
        elif asked is not None and heard == _meaning(asked.payload[0], asked.payload[4:]):
            self._judge(asked, page, now)
        elif heard not in self._sent:
            self._asked = None  # overwritten: there is nothing left to confirm
            self._foreign(page, now)

    def _judge(self, asked: _Asked, page: fec.CommandStatus, now: float) -> None:
        """Read what became of the command asked about."""
        if page.sequence == asked.sequence and not asked.answered:
            # The answer for an equal command before it, or a trainer that does not count.
            asked.answered = True
            return
        status = page.status
        if status == ReplyStatus.PENDING:
            asked.attempts = 1
            if self._pending_since is None:
                self._pending_since = asked.since
            if now - self._pending_since >= PENDING:
                self._tell(asked, EventKind.COMMAND_PENDING, "is still working on", status, now)
            return
        self._asked = self._pending_since = None
        self._unconfirmed = 0
        if status == ReplyStatus.PASS:
            self._refused.discard(asked.sort)
            self._told = {each for each in self._told if each[0] != asked.payload[0]}
        elif status in (ReplyStatus.FAIL, ReplyStatus.REJECTED) and not asked.again:
            self._refused.add(asked.sort)
            if self._wishes.get(asked.sort) == asked.payload:
                self._due.add(asked.sort)
        else:
            self._tell(asked, EventKind.COMMAND_REJECTED, "refused", status, now)

    def _tell(
        self, asked: _Asked, kind: EventKind, what: str, status: str | int, now: float
    ) -> None:
        """Tell of a command that did not pass; once, until its page passes again."""
        told = (asked.payload[0], f"{kind} {status}")
        if told not in self._told:
            self._told.add(told)
            name = fec.COMMANDS[asked.payload[0]].name.replace("_", " ")
            words = str(status).replace("_", " ")
            self._say(Event(now, kind, f"the trainer {what} {name} ({words})", str(status)))

    def _foreign(self, page: fec.CommandStatus, now: float) -> None:
        if now - self._foreign_told < FOREIGN_INTERVAL:
            return
        self._foreign_told = now
        name = str(page.command).replace("_", " ")
        text = (
            f"another app or device controls the trainer too (it sent {name}): "
            "close it, or unpair the trainer there"
        )
        self._say(Event(now, EventKind.FOREIGN_CONTROLLER, text, str(page.command)))

    def _give_up(self, asked: _Asked, now: float) -> None:
        self._asked = None
        self._unconfirmed += 1
        if self._unconfirmed == SHY:
            text = "the trainer does not confirm commands: what it does with them is not known"
            self._say(Event(now, EventKind.COMMAND_UNCONFIRMED, text, asked.payload[0]))

    def _capabilities_asked(self, now: float) -> None:
        self._capabilities_attempts += 1
        patient = self._capabilities_attempts < CAPABILITIES_ATTEMPTS
        self._capabilities_at = now + (CAPABILITIES_INTERVAL if patient else CAPABILITIES_LATER)
        if self._capabilities_attempts == CAPABILITIES_ATTEMPTS:
            text = "the trainer does not say what it can do: every kind of load is tried"
            self._say(Event(now, EventKind.CAPABILITIES_UNKNOWN, text))

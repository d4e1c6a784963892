"""From what a ride showed to what the strength routine emphasises: a table of rules.

A rule of one kind puts a muscle group first and gives its exercises one set more than the dose;
a rule of the other kind holds the dose, or takes a set off everything. Rules that disagree:

* of the groups the first rule's in the table comes first, and no other rule's;
* where any rule holds or takes away, nothing gets a set more, and the one that takes away most
  decides; the group still comes first. Two days after the ride no rule does so any longer.

Whatever they say, no exercise is left out, gets fewer than one set, or more sets and repetitions
than the routine itself has. What nobody knows of a ride moves no rule.

The evidence of a rule is of what happens on the bike. That the exercises change it has not been
shown: every step from a ride to the routine is a convention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from coach.analysis.done import ABORTED
from coach.analysis.report import SOURCES
from coach.strength.routine import Dose, Routine, Work
from coach.training.facts import ENDS, SLOW, RideFacts
from coach.units import clock_text

HARD = 6.0
"""Above it on the scale of 0 to 10 a ride was hard (reference notes, section 3.6)."""
FADE = 0.10
"""From here on power fell over the hills, as a share of target; a convention."""
DRIFT = 0.10
"""Above it decoupling is no longer fair (reference notes, section 4.6)."""
SLOW_SHARE = 0.5
"""From this share of the climbing on legs were slow on the hills; a convention."""
STOOD = 0.8
"""Below this share of the standing asked for a rider who sat down sat down early; a convention."""
MISSED = 0.5
"""From this share of the cues on a rider stayed seated; a convention."""
LONG_SEATED = 45 * 60.0
"""From here on a time in the saddle is long [s]; a convention."""
HELD = 0.95
"""From this share of its target on a hill was held; a convention."""
TIRED = timedelta(hours=48)
"""So long after a ride it counts how hard it was: as long as between two strength sessions
(reference notes, section 3.6)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the table."""

    name: str
    fact: str
    """What has to be seen in a ride, in words."""
    groups: tuple[str, ...]
    """Names of the muscle groups that come first; empty for a rule that holds or takes away."""
    sets: int
    """Added to the dose: 1 for the groups' exercises; or 0 or -1, for every exercise."""
    does: str
    """What it does, in words."""
    evidence: str
    """What is known of the fact, and what is not."""
    source: str
    established: bool
    """Whether `evidence` is a finding that studies do not dispute; else it is a convention."""
    look: Callable[[RideFacts], str] = field(repr=False, compare=False)
    """Returns what the ride showed, in words to follow a colon; empty when it did not."""
    seen: str = ""
    """What this ride showed; empty in the table."""


def _hard(ride: RideFacts) -> str:
    if ride.cr10 is None or ride.cr10 <= HARD:
        return ""
    return f"the ride's hardest part felt like {ride.cr10:g} of 10"


def _faded(ride: RideFacts) -> str:
    if ride.fade is None or ride.fade < FADE:
        return ""
    return f"power fell by {_percent(ride.fade)} of its target from the first hills to the last"


def _drifted(ride: RideFacts) -> str:
    if ride.drift is None or ride.drift <= DRIFT:
        return ""
    return f"heart rate drifted by {_percent(ride.drift)} in the moderate block"


def _slow(ride: RideFacts) -> str:
    if ride.slow_climbing is None or ride.slow_climbing < SLOW_SHARE:
        return ""
    return f"{_percent(ride.slow_climbing)} of the climbing was under {SLOW:.0f} rpm"


def _sat_down(ride: RideFacts) -> str:
    if not ride.sat_down or ride.stood is None or ride.stood >= STOOD:
        return ""
    *others, last = map(str, ride.sat_down)
    where = f"hills {', '.join(others)} and {last}" if others else f"hill {last}"
    return f"you sat down early on {where}{_told_by(ride)}"


def _stayed_seated(ride: RideFacts) -> str:
    if not ride.cues or ride.missed is None or ride.missed < MISSED * ride.cues:
        return ""
    times = "the cue" if ride.cues == 1 else f"{ride.missed} of {ride.cues} cues"
    return f"you stayed seated at {times} to stand{_told_by(ride)}"


def _seated_long(ride: RideFacts) -> str:
    if ride.longest_seated is None or ride.longest_seated < LONG_SEATED:
        return ""
    return f"you sat for {clock_text(ride.longest_seated)} in one go{_told_by(ride)}"


def _held(ride: RideFacts) -> str:
    if ride.weakest_hill is None or ride.weakest_hill < HELD:
        return ""
    return "you held the power of every hill"


def _told_by(ride: RideFacts) -> str:
    return f" ({SOURCES[ride.source]})" if ride.source in SOURCES else ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


_LI_CALDWELL = "Li & Caldwell 1998, J Appl Physiol 85:927"

RULES = (
    Rule(
        name="hard_ride",
        fact=f"The ride's hardest part felt like more than {HARD:g} of 10.",
        groups=(),
        sets=-1,
        does="One set less of everything; one set always stays.",
        evidence=f"Training is added to only after sessions that felt like {HARD:g} of 10 at most; "
        "after a harder one something is taken off instead.",
        source="reference notes on training science, section 3.6; Borg's CR10 scale",
        established=False,
        look=_hard,
    ),
    Rule(
        name="power_faded",
        fact=f"Power over target fell by {_percent(FADE)} of target or more from the first "
        f"{ENDS} hills to the last {ENDS}.",
        groups=(),
        sets=0,
        does="No set more than the dose.",
        evidence="Legs that could not hold the last hills get nothing on top. Why they could "
        "not, the numbers do not say.",
        source="a convention of this program",
        established=False,
        look=_faded,
    ),
    Rule(
        name="heart_rate_drifted",
        fact=f"In the moderate block a heartbeat brought over {_percent(DRIFT)} less power in "
        "the second half than in the first.",
        groups=(),
        sets=0,
        does="No set more than the dose.",
        evidence="Up to 10 % counts as fair. That is custom, not physiology: heat and thirst do "
        "the same as tired legs.",
        source="aerobic decoupling, reference notes on training science, section 4.6",
        established=False,
        look=_drifted,
    ),
    Rule(
        name="slow_legs_uphill",
        fact=f"{_percent(SLOW_SHARE)} or more of the climbing was under {SLOW:.0f} rpm.",
        groups=(),
        sets=0,
        does="No set more than the dose.",
        evidence="At the same power slower legs push harder: in seven riders the peak of each "
        "stroke was 42 % higher at 60 rpm uphill than at 100 rpm on the level. It is no fault: "
        "trained riders have climbed at just under 60 rpm (Millet et al. 2002).",
        source="Bertucci et al. 2005, J Biomech 38:1003",
        established=True,
        look=_slow,
    ),
    Rule(
        name="sat_down_early",
        fact=f"Stood up on a hill, sat down again for more than {ABORTED:.0f} s before its "
        f"standing ended, and stood for less than {_percent(STOOD)} of the standing asked for.",
        groups=("glutes",),
        sets=1,
        does="Glutes first, with one set more.",
        evidence="Standing on an 8 % climb, eight riders used the gluteus maximus more, and over "
        "more of each turn of the cranks, than seated. Whether exercises off the bike keep "
        "anybody standing longer has not been shown.",
        source=_LI_CALDWELL,
        established=True,
        look=_sat_down,
    ),
    Rule(
        name="stayed_seated",
        fact=f"Stayed seated at {_percent(MISSED)} of the cues to stand, or at more of them.",
        groups=("glutes",),
        sets=1,
        does="Glutes first, with one set more; the easier variants are the ones to begin with. "
        "On the bike, standing can be practised twice for 20 s in a warm-up. Who does not want "
        "to stand rides such a block seated by the key w, and no rule speaks of it.",
        evidence="What standing asks more of is the gluteus maximus; a ride without standing "
        "leaves that out.",
        source=f"{_LI_CALDWELL}; reference notes on training science, section 3.2",
        established=True,
        look=_stayed_seated,
    ),
    Rule(
        name="seated_long",
        fact=f"Sat for {LONG_SEATED / 60:.0f} minutes or more in one go.",
        groups=("lower_back",),
        sets=1,
        does="Lower back first, with one set more.",
        evidence="No study that we know asks for it. Standing brings more work for the trunk; a "
        "long time in the saddle is without it.",
        source="a convention of this program; reference notes on training science, section 2.1",
        established=False,
        look=_seated_long,
    ),
    Rule(
        name="hills_held",
        fact=f"Rode every hill of the plan, each at {_percent(HELD)} of its target or more.",
        groups=("hamstrings",),
        sets=1,
        does="Hamstrings first, with one set more.",
        evidence="Hills do not replace hamstring work: in eight riders neither an 8 % climb nor "
        "standing on it made a profound difference to the biceps femoris. On standing, studies "
        "do not agree about every muscle of that group.",
        source=f"{_LI_CALDWELL}; others differ",
        established=False,
        look=_held,
    ),
)
"""All rules; of two that put a group first, the earlier one decides."""


def applying(facts: RideFacts, ago: timedelta = timedelta()) -> tuple[Rule, ...]:
    """Return the rules that a ride moves, each with what was `seen`, in the order of the table.

    Parameters
    ----------
    facts : RideFacts
    ago : timedelta
        How long ago the ride was. More than 48 h after it no rule holds or takes away: by then
        legs have rested, as far as the convention knows.
    """
    return tuple(
        replace(rule, seen=seen)
        for rule in RULES
        if (rule.groups or ago <= TIRED) and (seen := rule.look(facts))
    )


def deciding(routine: Routine, rules: Iterable[Rule]) -> tuple[Rule | None, Rule | None]:
    """Return the rule whose groups come first, and the rule that holds or takes away.

    Parameters
    ----------
    routine : Routine
        A rule that names none of its groups puts nothing first.
    rules : iterable of Rule
        The earlier ones go before the later ones.
    """
    known = {group.name for group in routine.groups}
    first = limit = None
    for rule in rules:
        if not rule.groups:
            limit = rule if limit is None or rule.sets < limit.sets else limit
        elif first is None and known.intersection(rule.groups):
            first = rule
    return first, limit


def choose(routine: Routine, dose: Dose, rules: Sequence[Rule]) -> tuple[Work, ...]:
    """Return today's work: every exercise of the routine once.

    Parameters
    ----------
    routine : Routine
    dose : Dose
        What is asked without any rule; what of it exceeds the routine's own is cut.
    rules : sequence of Rule
        As `applying` returns them; none leave the routine's order and the dose as they are.

    Returns
    -------
    tuple of Work
        Groups that come first, first; else in the routine's order.
    """
    first, limit = deciding(routine, rules)
    asked = min(dose.sets, routine.sets)
    leading = () if first is None else first.groups
    work: list[Work] = []
    for group in sorted(routine.groups, key=lambda group: group.name not in leading):
        if limit is not None:
            sets = asked + limit.sets
        elif first is not None and group.name in leading:
            sets = asked + first.sets
        else:
            sets = asked
        sets = min(max(sets, 1), routine.sets)
        reps = min(dose.reps, routine.reps)
        work += (Work(exercise, sets, reps) for exercise in group.exercises)
    return tuple(work)

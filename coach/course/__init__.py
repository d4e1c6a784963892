"""A recorded or planned road as something to be ridden: a workout whose segments are by distance.

From `coach.ride.Ride`, whatever file it came from, in these steps:

1. `mending` takes out what was not ridden: leaps of the satellites, spikes and jumps of elevation;
2. `survey` makes one profile of it, heights every 10 m, no grade above 25 %; where nobody measured
   a height, `rebuild` reckons it from the grade or the power;
3. `pieces` cuts the profile into stretches of one grade, with the heights exact where they meet;
4. `build` makes segments of them: climbs numbered and named, the ride's postures where it stood.

Whatever was mended is told in `Course.notes`.
"""

from __future__ import annotations

from coach.course.build import Climb, Course, course
from coach.course.free import free
from coach.course.power import as_power
from coach.course.repeats import repeated
from coach.course.road import Road

__all__ = ["Climb", "Course", "Road", "as_power", "course", "free", "repeated"]

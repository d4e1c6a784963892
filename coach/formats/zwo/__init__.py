"""Zwift's workouts, ``.zwo``: XML with blocks of time at shares of threshold power.

What stands in the file and is not in Zwift's own words:

* **Posture** is a text event, ``Sit`` or ``Stand``, with a cadence where that changes
  (``Stand: 60-75 rpm``), at its moment in its block; see `coach.formats.posture_words`. Sitting
  holds until another word. Standing holds until another word or the end of its block (in
  ``IntervalsT``, of that effort or rest): after that the posture is left to the rider, since a file
  of others that says "Stand" and never "Sit" means that effort and not the rest of the day.
* **Names** of our own parts, with their effort, are a text event at the start of their block:
  ``Hill 3: increased, CR10 4``. Other names are written as text and come back as text.
* **A cadence** of one number is read as a band of 5 rpm to each side, and such a band is written as
  one number: a convention. Other bands are ``CadenceLow`` and ``CadenceHigh``.

A plan read from a file is in normal form: times in whole milliseconds, powers to 0.000001 of FTP,
its blocks steady, free, warm-up or cool-down, cut where posture changes. Encoding it and decoding
that gives the same plan; repeats are written as ``IntervalsT`` only where nothing is lost by it.

Sources: *Zwift Workout File Reference* (H. Blewett and contributors), the elements and attributes
of all workouts that Zwift ships; "in practice" marks where files differ from it.
"""

from coach.formats.zwo.reading import decode
from coach.formats.zwo.writing import encode

__all__ = ["decode", "encode"]

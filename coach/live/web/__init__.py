"""The ride as a page in a browser: plain HTML, CSS and ES modules, and nothing from outside.

The page is a display like the terminal: frames of `coach.live.view` go to it, keys come back. It
is served by a thread of its own; the ride never waits for it. Every viewer has a task that sends
what is new since the last time it could send, so that one who does not read holds up nobody.

What is said on the socket
--------------------------
Texts of JSON on ``/socket``, one object each, with a ``type``. Units are in the names, absent is
null.

From the coach:

``hello``
    First, on every connection: ``mode`` (``ride``, ``demo``, ``replay``), ``control`` (whether
    keys from this viewer count), ``quiet``, ``keys`` (the table of `coach.live.keys`: ``key``,
    ``characters``, ``name``, ``does``), ``speeds`` (what a replay can be played at), ``plan`` and
    ``trace`` (`coach.live.plan`), ``start`` (what the start screen tells,
    `coach.live.web.display.Intro`; ``questions`` to be answered, or none), ``frame`` (all of
    `coach.live.view.as_json` and `coach.live.words.words_json`, plus ``clock_ms`` and ``at``, the
    place in the plan, which is `coach.live.plan.place_json`), ``film`` and ``end`` (as below, or
    null).
``frame``
    Every quarter of a second of the ride: ``clock_ms`` (the coach's own clock, for how old this
    is) and of the frame only what is not as it was.
``cue``
    ``kind`` and ``text``, once each, for whoever has the page read aloud.
``sound``
    ``tone`` and ``words`` (`coach.live.sound`), with ``clock_ms``: too late is not played.
``film``
    Of a replay: ``at_s``, ``duration_s``, ``playing``, ``speed``.
``refused``
    ``why``, in words for a rider. In place of ``hello``, before the socket is closed, where too
    many watch already.
``end``
    The ride is over and saved: ``title``, ``words`` (lines), ``files`` (names), ``hills`` (rows of
    ``name``, ``power_w``, ``duration_s``, ``standing_s``), ``chart`` (whether ``/chart-light.png``
    and ``/chart-dark.png`` are there). Nothing follows.

From the page:

``start``
    The rider is ready; ``answers`` (``any_yes``, ``bike_checked``) where the start screen asked.
``key``
    ``key``: one of `coach.messages.Key`.
``sound``
    ``on``: whether this page makes sound now, so that the terminal need not.
``seek``, ``speed``
    Of a replay: ``at_s``; ``speed``, one of those offered.
``seen``
    The end screen has all it needs; the coach may go.
"""

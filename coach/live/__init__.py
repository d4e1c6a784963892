"""What the rider sees and hears while riding.

Each moment of the ride is a `Snapshot`. Pure modules make of it all that any display shows or
sounds, so that all of them agree: `view` (a frame, and its JSON), `words`, `keys`, `plan` (what a
profile is drawn from), `sound`, `film` and `player` (a ride shown again). The displays, which share
the interface in `base`, only bring it to a place: `terminal` on a full screen (`screen`, `bar`,
`strip`, drawn by `surface`), `plain` as lines, `web` as a page in the browser.
"""

"""Over the weeks: what to do next, whether it works, and what a ride says about the rest.

`history` is what was done, `plan` what comes next, `threshold` what a ride tells of FTP,
`emphasis` what it tells of the strength routine. All of it is reckoned; nothing here touches a
clock, or a file but the shipped workouts.
"""

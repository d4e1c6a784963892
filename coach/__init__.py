"""Six Hills: a cycling coach that drives a smart trainer through six hills.

The pure core (engine, control, protocol, physics, formats, analysis) can be read and tested
without a trainer, a clock or a disk; the shell (cli, runner, trainers, journal, live, charts)
owns the radio, the time and the files. The map of the house is in the README.
"""

__version__ = "0.1.0"

"""Every error this program raises on purpose, and who is meant to read it.

::

    CoachError
      ProfileError(ValueError)     a rider or workout file is wrong: file, line, key, expected
      ProtocolError
        EncodeError(ValueError)    we asked the impossible of a data page
        DecodeError(ValueError)    a device spoke nonsense (page number, bytes)
      TrainerError
        TrainerUnavailable         no driver, stick or permission; carries a hint
        TrainerNotFound            the air is empty, or the device number is not on it
        TrainerLost                it was there and has gone (when last seen)
        TrainerTimeout(TimeoutError)
        CommandRejected            the trainer answered no (command, status)
      RideFileError(ValueError)    a ride file is wrong: file, where, expected, how much was read
      RideInterrupted              the program failed during a ride; names what was kept
      RiderInputError(ValueError)  an option or an argument of the command line makes no sense

Examples of what a rider then reads::

    ProfileError   rider.toml:3: rider.ftp_w: expected a number of watts, 30 to 600, found '25O'
    DecodeError    page 0x19: expected 8 bytes, found 7 (19 01 5a c8 00 c8 00)
    RideFileError  morning.fit: byte 4180: the file ends inside a message; 4158 records read

The message of a `CoachError` is one sentence for a rider: what is wrong, where, what to do. A
fault on the road (a lost frame, a rejected command) is data, an `Event`, and the ride goes on; a
fault in the code is an exception. Nothing is logged instead of raised.
"""

from __future__ import annotations


class CoachError(Exception):
    """Base of every error whose message is written for a rider."""


class ProfileError(CoachError, ValueError):
    """A rider or workout file is wrong; one line for each mistake.

    Parameters
    ----------
    mistakes : list of str
        Each ``FILE:LINE: key: what was expected, what was found``.
    """

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class ProtocolError(CoachError):
    """A data page could not be encoded or decoded."""


class EncodeError(ProtocolError, ValueError):
    """A value does not fit its page field; nothing was clamped."""


class DecodeError(ProtocolError, ValueError):
    """The bytes are not a page we know: wrong length or unknown number."""


class TrainerError(CoachError):
    """Something is wrong with the trainer or the way to it."""


class TrainerUnavailable(TrainerError):
    """The driver, the stick or the permission is missing."""


class TrainerNotFound(TrainerError):
    """Nothing answers under that name."""


class TrainerLost(TrainerError):
    """The trainer was there and has gone."""


class TrainerTimeout(TrainerError, TimeoutError):
    """The trainer did not answer in time."""


class CommandRejected(TrainerError):
    """The trainer answered a command with anything but 'pass'."""


class RideFileError(CoachError, ValueError):
    """A ride file cannot be read at all, or a ride folder cannot be written."""


class RideInterrupted(CoachError):
    """The program failed during a ride; the load is off, and what was recorded is kept."""


class RiderInputError(CoachError, ValueError):
    """An option or argument of the command makes no sense; nothing was done."""

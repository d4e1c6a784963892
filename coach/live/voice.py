"""A voice for the terminal: the program that this machine has for reading aloud.

=================  ==========================================================================
espeak-ng          wherever it is installed; begins within 50 ms
say                macOS
System.Speech      Windows (SAPI), through PowerShell; which takes its time to begin
=================  ==========================================================================

Words go to the program's standard input, never into a command line. The newest words replace
those that are still being said. The ride waits for none of it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from coach.live.sound import LATE

_ESPEAK = ("espeak-ng", "--stdin", "-b", "1", "-v", "en", "-s", "165")
_SAY = ("say", "-f", "-")
_SAPI = (
    "powershell",
    "-NoProfile",
    "-NonInteractive",
    "-Command",
    "[Console]::InputEncoding = [Text.Encoding]::UTF8;"
    " Add-Type -AssemblyName System.Speech;"
    " (New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())",
)
_PROGRAMS = {"darwin": (_SAY, _ESPEAK), "win32": (_ESPEAK, _SAPI)}
"""What to look for, the better first; elsewhere espeak-ng alone."""

_QUICKEST = 0.02
"""Seconds a character takes at least; voices take 0.06 to 0.09 s. Without a sound device espeak-ng
is done at once, and says that all went well."""
_PATIENCE = 0.5
"""How long a voice that was stopped may take to be silent [s]."""

if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    _NO_WINDOW = 0


class Voice:
    """Says one thing at a time.

    Parameters
    ----------
    command : sequence of str
        A program and its arguments; it reads aloud what stands on its standard input, then ends.
    clock : callable
        Real seconds, monotonic.

    Attributes
    ----------
    failed : bool
        Nothing is heard of it: whoever has something to say finds another way.
    """

    def __init__(self, command: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.failed = False
        self._command = list(command)
        self._clock = clock
        self._words = ""
        """Not yet said ..."""
        self._asked = 0.0
        """... since then."""
        self._child: subprocess.Popen[bytes] | None = None
        self._least = 0.0
        """When it can be done with its words at the earliest."""
        self._stopped: float | None = None

    def say(self, words: str) -> None:
        """Say this instead of all else."""
        self.hush()
        self._words, self._asked = words, self._clock()
        self.tend()

    def hush(self) -> None:
        """Say no more of what was asked for."""
        self._words = ""
        if self._child is not None and self._stopped is None:
            self._stopped = self._clock()
            self._child.terminate()

    def tend(self) -> None:
        """Go on with what was asked for; to be called every now and then."""
        if self._child is not None and not self._is_over(self._child):
            return
        words, self._words = self._words, ""
        if words and not self.failed and self._clock() - self._asked <= LATE:
            self._begin(words)

    def _is_over(self, child: subprocess.Popen[bytes]) -> bool:
        now = self._clock()
        code = child.poll()
        if code is None:
            if self._stopped is not None and now - self._stopped > _PATIENCE:
                child.kill()
            return False
        self.failed = self.failed or (self._stopped is None and (code != 0 or now < self._least))
        self._child = self._stopped = None
        return True

    def _begin(self, words: str) -> None:
        self._least = self._clock() + _QUICKEST * len(words)
        try:
            # In a session of its own, since Ctrl-C ends the ride in an orderly way, with words.
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                creationflags=_NO_WINDOW,
            )
        except OSError:
            self.failed = True
            return
        assert self._child.stdin is not None
        # So little fits into any pipe; a program that reads none of it tells by its end.
        with suppress(OSError):
            self._child.stdin.write(f"{words}\n".encode(errors="replace"))
        with suppress(OSError):
            self._child.stdin.close()

    def close(self) -> None:
        """Be silent, and leave nobody behind; may be called twice."""
        self.hush()
        child, self._child = self._child, None
        if child is None:
            return
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._stopped = None


def voice(environ: Mapping[str, str], platform: str = sys.platform) -> Voice | None:
    """Return the voice of this machine, or ``None`` where there is none.

    Parameters
    ----------
    environ : mapping of str to str
        Its ``PATH`` says where programs are.
    platform : str
        As in `sys.platform`.
    """
    for name, *arguments in _PROGRAMS.get(platform, (_ESPEAK,)):
        program = shutil.which(name, path=environ.get("PATH", ""))
        if program is not None:
            return Voice([program, *arguments])
    return None

"""The rule by which Linux lets whoever sits at the computer open an ANT stick."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

RULE_NAME = "70-sixhills-ant.rules"
RULES = Path("/etc/udev/rules.d")
_RELOAD = ("udevadm", "control", "--reload")
_RELOAD_TIME = 5.0


def place(text: str, target: Path) -> Path | None:
    """Write the rule.

    Parameters
    ----------
    text : str
        The rule.
    target : Path
        Where it belongs.

    Returns
    -------
    Path or None
        Where another rule of the same name went; udev does not read it there.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    kept: Path | None = None
    if target.exists() and target.read_text(encoding="utf-8", errors="replace") != text:
        kept = target.with_name(f"{target.name}.old")
        target.replace(kept)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    target.chmod(0o644)
    return kept


def reload() -> bool:
    """Have udev read its rules again; return whether it did."""
    try:
        done = subprocess.run(_RELOAD, capture_output=True, timeout=_RELOAD_TIME, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def by_hand(source: Path, target: Path) -> list[str]:
    """Return the commands that place the rule, for somebody with the right to do so."""
    return [
        f"sudo install -D -m 644 {shlex.quote(str(source))} {shlex.quote(str(target))}",
        f"sudo {shlex.join(_RELOAD)}",
    ]

"""A threshold power to begin with, for a rider who has never measured one."""

from __future__ import annotations

WATTS_PER_KG = {"inactive": 1.2, "some": 1.6, "regular": 2.2, "trained": 3.0}
"""Threshold power by habit [W/kg of body mass]."""


def estimate_threshold_power(
    mass: float, activity: str, sex: str | None = None, age: float | None = None
) -> float:
    """Threshold power to begin with when nobody has measured it.

    Parameters
    ----------
    mass : float
        Of the rider [kg].
    activity : str
        A key of `WATTS_PER_KG`.
    sex : str or None
        ``"female"`` takes a tenth off.
    age : float or None
        Every year above 40 takes half a percent off.

    Returns
    -------
    float
        [W]; 90 % of the rule's value, which is held between 60 and 350 W, for a first ride that
        is rather too easy.

    Notes
    -----
    A rule of thumb, not a measurement.
    """
    return 0.9 * min(350.0, max(60.0, usual_threshold_power(mass, activity, sex, age)))


def usual_threshold_power(
    mass: float, activity: str, sex: str | None = None, age: float | None = None
) -> float:
    """Threshold power that the rule gives to a rider of some habit [W]; see above for the rest."""
    power = WATTS_PER_KG[activity] * mass
    power *= 0.9 if sex == "female" else 1.0
    return power * (1.0 - 0.005 * max(0.0, (age or 0.0) - 40.0))

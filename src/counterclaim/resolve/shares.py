"""What a share that was counted says of the share behind it."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""The standard normal distribution has 95 % of its mass between minus this and this."""


def wilson(successes: int, trials: int) -> tuple[float, float] | None:
    """The 95 % score interval of a share; None without trials.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of
    the American Statistical Association 22 (158), 1927, pages 209-212.
    """
    if trials == 0:
        return None
    share, spread = successes / trials, Z_95**2 / trials
    centre = share + spread / 2
    half = Z_95 * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    low, high = (centre - half) / (1 + spread), (centre + half) / (1 + spread)
    return max(0.0, low), min(1.0, high)

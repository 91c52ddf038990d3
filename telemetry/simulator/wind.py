"""The wind at the aircraft: a steady part and gusts, both drawn from one seed."""

import math
import random

GUST_TIME_S = 3.0
"""Correlation time of a gust; a Dryden gust of low level at 12 m/s airspeed has about this (MIL-F-8785C 3.7.2)."""
GUST_LIMIT_SIGMA = 3.0
UP_SHARE = 0.3
"""Vertical gusts are this share of the horizontal ones: near the ground there is no room for more."""


class Wind:
    """Give the air's velocity step by step.

    First-order Gauss-Markov gusts about a steady wind of 2 to 7 m/s; each axis is cut at three standard deviations.
    The same seed gives the same wind, step for step.
    """

    def __init__(self, seed: int) -> None:
        # A text seed is hashed with SHA-512: the same draws in every Python, unlike hash().
        self._draw = random.Random(f"wind {seed}")  # noqa: S311 — weather, no secret
        self.mean_m_s = self._draw.uniform(2.0, 7.0)
        self.from_deg = self._draw.uniform(0.0, 360.0)
        self.gust_sigma_m_s = 0.2 * self.mean_m_s
        towards_rad = math.radians(self.from_deg + 180.0)
        self._steady = (self.mean_m_s * math.sin(towards_rad), self.mean_m_s * math.cos(towards_rad), 0.0)
        self._gust = [0.0, 0.0, 0.0]

    def step(self, step_s: float) -> tuple[float, float, float]:
        """Advance by `step_s` seconds and return the air's velocity east, north, up in m/s."""
        keep = math.exp(-step_s / GUST_TIME_S)
        for axis, share in enumerate((1.0, 1.0, UP_SHARE)):
            sigma = self.gust_sigma_m_s * share
            moved = self._gust[axis] * keep + self._draw.gauss(0.0, sigma * math.sqrt(1.0 - keep * keep))
            limit = GUST_LIMIT_SIGMA * sigma
            self._gust[axis] = max(-limit, min(limit, moved))
        east, north, up = (steady + gust for steady, gust in zip(self._steady, self._gust, strict=True))
        return east, north, up

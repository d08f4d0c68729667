# SPDX-License-Identifier: Apache-2.0
"""Percentiles without numpy."""


def percentile(values, percent, scale=1):
    """The nearest-rank percentile times `scale`, rounded to 0.01; None when there are no values."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(0, -(-len(ordered) * percent // 100) - 1)
    return round(ordered[int(rank)] * scale, 2)

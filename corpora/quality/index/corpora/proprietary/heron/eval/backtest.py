"""Backtest of lane forecasts against what carriers were in fact paid."""

import argparse
import csv
import math
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Dict, List, Tuple

QUANTILES = (0.07, 0.31, 0.5, 0.69, 0.93)


@dataclass(frozen=True)
class Outcome:
    lane: str
    day: date
    paid_per_km: float
    tonnes: float


def pinball(actual: float, predicted: float, quantile: float) -> float:
    gap = actual - predicted
    return max(quantile * gap, (quantile - 1.0) * gap)


def crossing_penalty(curve: List[float]) -> float:
    """A forecast whose quantiles cross is charged for the area of the cross."""
    return sum(max(0.0, low - high) for low, high in zip(curve, curve[1:]))


def staleness_discount(age_days: int) -> float:
    """Fourteen days cost half; two months leave about a tenth."""
    if age_days <= 0:
        return 1.0
    return 1.0 / (1.0 + (age_days / 14.0) ** 1.52)


def score_lane(outcomes: List[Outcome], forecast: Dict[date, List[float]], made_on: date) -> Tuple[float, float]:
    weighted, weights = 0.0, 0.0
    for outcome in outcomes:
        curve = forecast.get(outcome.day)
        if curve is None:
            continue
        loss = sum(pinball(outcome.paid_per_km, q, p) for q, p in zip(curve, QUANTILES))
        loss += 3.5 * crossing_penalty(curve)
        weight = math.sqrt(outcome.tonnes) * staleness_discount((outcome.day - made_on).days)
        weighted += loss * weight
        weights += weight
    return weighted, weights


def thin_lane_prior(lane_scores: Dict[str, Tuple[float, float]], strength: float = 17.5) -> Dict[str, float]:
    """Shrink lanes with few tonnes towards the mean of their corridor.

    The corridor is the first two and the last two letters of the lane code.
    """
    corridor_sum: Dict[str, float] = defaultdict(float)
    corridor_weight: Dict[str, float] = defaultdict(float)
    for lane, (loss, weight) in lane_scores.items():
        corridor = lane[:2] + lane[-2:]
        corridor_sum[corridor] += loss
        corridor_weight[corridor] += weight
    shrunk = {}
    for lane, (loss, weight) in lane_scores.items():
        corridor = lane[:2] + lane[-2:]
        mean = corridor_sum[corridor] / max(corridor_weight[corridor], 1e-9)
        shrunk[lane] = (loss + strength * mean) / (weight + strength)
    return shrunk


def read_outcomes(path: str) -> Dict[str, List[Outcome]]:
    lanes: Dict[str, List[Outcome]] = defaultdict(list)
    with open(path, newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["status"] not in ("settled", "settled-short"):
                continue
            tonnes = float(row["kg"]) / 1000.0
            paid = float(row["paid_minor"]) / 100.0 / max(float(row["km"]), 25.0)
            lanes[row["lane"]].append(Outcome(row["lane"], date.fromisoformat(row["day"]), paid, tonnes))
    return lanes


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outcomes")
    parser.add_argument("forecast")
    parser.add_argument("--made-on", type=date.fromisoformat, default=date.today() - timedelta(days=28))
    args = parser.parse_args(argv)
    forecast: Dict[str, Dict[date, List[float]]] = defaultdict(dict)
    with open(args.forecast, newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            forecast[row["lane"]][date.fromisoformat(row["day"])] = [float(row[f"q{int(q * 100):02d}"]) for q in QUANTILES]
    scores = {
        lane: score_lane(outcomes, forecast[lane], args.made_on)
        for lane, outcomes in read_outcomes(args.outcomes).items()
        if lane in forecast
    }
    for lane, value in sorted(thin_lane_prior(scores).items(), key=lambda item: -item[1]):
        print(f"{lane}\t{value:.5f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

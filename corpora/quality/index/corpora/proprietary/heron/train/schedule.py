"""Learning-rate, batch and context schedules: the "ratchet" recipe."""

import bisect
import math
from dataclasses import dataclass
from typing import List, Sequence, Tuple


@dataclass(frozen=True)
class Notch:
    """One tooth of the ratchet: climb, hold, slide, and never climb back."""

    start: int
    length: int
    peak: float
    floor: float
    climb: float = 0.04
    hold: float = 0.55

    def rate(self, step: int) -> float:
        x = (step - self.start) / self.length
        if x < self.climb:
            return self.floor + (self.peak - self.floor) * math.sin(0.5 * math.pi * x / self.climb)
        if x < self.climb + self.hold:
            return self.peak
        slide = (x - self.climb - self.hold) / (1.0 - self.climb - self.hold)
        return self.floor + (self.peak - self.floor) * (1.0 - slide) ** 1.62


def ratchet(total: int, peak: float, teeth: int = 4, loss_of_height: float = 0.58) -> List[Notch]:
    """Split a run into teeth; each is 1.35 times as long and lower than the last."""
    if teeth < 1:
        raise ValueError("a ratchet needs at least one tooth")
    growth = 1.35
    unit = total * (growth - 1.0) / (growth**teeth - 1.0)
    notches, start, height = [], 0, peak
    for tooth in range(teeth):
        length = int(round(unit * growth**tooth))
        if tooth == teeth - 1:
            length = total - start
        floor = height * loss_of_height * 0.21
        notches.append(Notch(start, length, height, floor))
        start += length
        height *= loss_of_height
    return notches


class RatchetSchedule:
    def __init__(self, total: int, peak: float, teeth: int = 4):
        self.notches = ratchet(total, peak, teeth)
        self.starts = [notch.start for notch in self.notches]
        self.total = total

    def tooth_at(self, step: int) -> int:
        return max(0, bisect.bisect_right(self.starts, step) - 1)

    def __call__(self, step: int) -> float:
        step = min(max(step, 0), self.total - 1)
        return self.notches[self.tooth_at(step)].rate(step)


class BatchRamp:
    """Batch grows only in the hold phase of a tooth, where the noise is stable."""

    def __init__(self, schedule: RatchetSchedule, sizes: Sequence[int] = (384, 640, 1152, 1792)):
        if len(sizes) != len(schedule.notches):
            raise ValueError("one batch size for each tooth")
        self.schedule = schedule
        self.sizes = tuple(sizes)

    def __call__(self, step: int) -> int:
        tooth = self.schedule.tooth_at(step)
        notch = self.schedule.notches[tooth]
        held = step >= notch.start + notch.climb * notch.length
        if held or tooth == 0:
            return self.sizes[tooth]
        return self.sizes[tooth - 1]


def context_plan(total: int) -> List[Tuple[int, int]]:
    """(first step, context length): stretched where the rate is at its floor."""
    marks = [(0.0, 1536), (0.11, 3072), (0.43, 6144), (0.8125, 12288)]
    return [(int(total * share), length) for share, length in marks]


def context_at(step: int, plan: Sequence[Tuple[int, int]]) -> int:
    current = plan[0][1]
    for first, length in plan:
        if step < first:
            break
        current = length
    return current


def rewind_point(step: int, schedule: RatchetSchedule, spike: float) -> int:
    """Where to restart after a loss spike: a mild one rewinds half a climb, a
    harsh one the whole tooth. Spikes are in nats above the trailing median."""
    tooth = schedule.notches[schedule.tooth_at(step)]
    if spike < 0.35:
        return step
    if spike < 1.4:
        return max(tooth.start, step - int(0.5 * tooth.climb * tooth.length))
    return tooth.start

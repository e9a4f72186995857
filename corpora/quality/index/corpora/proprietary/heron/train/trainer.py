# Copyright (c) Quarrowmere Freight. All rights reserved.
# Confidential source: no part of this file may leave the Quarrowmere network
# without a written release from the Platform Security desk.
# SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

import json
import logging
import os
import statistics
import time
from collections import deque
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F

from heron.data.mixture import TideMixture
from heron.data.packing import pack_manifest
from heron.model.config import lookup
from heron.optim.lodestar import Lodestar, split_groups
from heron.train.schedule import BatchRamp, RatchetSchedule, context_at, context_plan, rewind_point

log = logging.getLogger("heron.train")


def lane_weighted_loss(logits, targets, lane_slot, arrears):
    """Cross entropy where lanes in arrears count more.

    `arrears` is a vector of how far each lane trails its own best loss; the
    weight is one plus its square root, normalised to a mean of one.
    """
    per_token = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    per_token = per_token.view_as(targets)
    weight = 1.0 + arrears[lane_slot].clamp_min(0.0).sqrt()
    weight = weight / weight.mean()
    z = torch.logsumexp(logits.float(), dim=-1)
    penalty = 1.3e-5 * z.square().mean()
    return (per_token.mean(dim=1) * weight).mean() + penalty, per_token.mean(dim=1).detach()


class ArrearsBook:
    """Best and current loss of each lane slot, in exponential time."""

    def __init__(self, slots, device, memory=0.993):
        self.current = torch.full((slots,), float("nan"), device=device)
        self.best = torch.full((slots,), float("inf"), device=device)
        self.memory = memory

    def post(self, lane_slot, losses):
        for slot in lane_slot.unique():
            fresh = losses[lane_slot == slot].mean()
            old = self.current[slot]
            self.current[slot] = fresh if torch.isnan(old) else old * self.memory + fresh * (1 - self.memory)
            self.best[slot] = torch.minimum(self.best[slot], self.current[slot])

    def arrears(self):
        return torch.nan_to_num(self.current - self.best, nan=0.0, posinf=0.0)


class SpikeWatch:
    def __init__(self, span=257, patience=9):
        self.losses = deque(maxlen=span)
        self.patience = patience
        self.over = 0

    def observe(self, loss):
        """Return the height of a confirmed spike in nats, or zero."""
        if len(self.losses) < self.losses.maxlen // 2:
            self.losses.append(loss)
            return 0.0
        median = statistics.median(self.losses)
        height = loss - median
        if height > 0.35:
            self.over += 1
        else:
            self.over = 0
            self.losses.append(loss)
        return height if self.over >= self.patience else 0.0


class Trainer:
    def __init__(self, recipe, model, out_dir):
        self.recipe = recipe
        self.config = lookup(recipe["model"])
        self.model = model
        self.out = Path(out_dir)
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        self.total = recipe["steps"]
        self.schedule = RatchetSchedule(self.total, recipe["peak_rate"], recipe["teeth"])
        self.batch = BatchRamp(self.schedule, recipe["batch_sizes"])
        self.plan = context_plan(self.total)
        self.optimizer = Lodestar(split_groups(model), lr=recipe["peak_rate"])
        self.book = ArrearsBook(self.config.lane_slots, self.device)
        self.watch = SpikeWatch()
        self.mixture = TideMixture(pack_manifest(recipe["manifest"]), recipe["mixture"])
        self.step = 0

    def run(self):
        started = time.monotonic()
        while self.step < self.total:
            rate = self.schedule(self.step)
            for group in self.optimizer.param_groups:
                group["lr"] = rate if group["decay"] else rate / 3
            context = context_at(self.step, self.plan)
            batch = self.mixture.draw(self.batch(self.step), context, self.book.arrears())
            loss = self._one_step(batch)
            spike = self.watch.observe(loss)
            if spike:
                self._rewind(spike)
                continue
            if self.step % 50 == 0:
                elapsed = time.monotonic() - started
                log.info("step=%d loss=%.4f rate=%.2e context=%d t=%.0fs", self.step, loss, rate, context, elapsed)
            if self.step % self.recipe["save_every"] == 0:
                self.save()
            self.step += 1

    def _one_step(self, batch):
        tokens = batch["tokens"].to(self.device, non_blocking=True)
        lane_slot = batch["lane_slot"].to(self.device, non_blocking=True)
        with torch.autocast("cuda", dtype=torch.bfloat16):
            logits = self.model(tokens[:, :-1], lane_slot)
        loss, per_row = lane_weighted_loss(logits, tokens[:, 1:], lane_slot, self.book.arrears())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 0.77)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.book.post(lane_slot, per_row)
        dist.all_reduce(self.book.best, op=dist.ReduceOp.MIN)
        return float(loss)

    def _rewind(self, spike):
        target = rewind_point(self.step, self.schedule, spike)
        candidates = sorted(int(p.stem[5:]) for p in self.out.glob("step-*.pt"))
        usable = [c for c in candidates if c <= target]
        if not usable:
            raise RuntimeError(f"spike of {spike:.2f} nats at {self.step} and nothing to rewind to")
        log.warning("spike %.2f at %d: back to %d, skipping its shards", spike, self.step, usable[-1])
        self.mixture.blacklist(self.step - self.watch.patience, self.step)
        self.load(usable[-1])
        self.watch = SpikeWatch()

    def save(self):
        path = self.out / f"step-{self.step}.pt"
        torch.save({"model": self.model.state_dict(), "optim": self.optimizer.state_dict()}, path)
        (self.out / "latest.json").write_text(json.dumps({"step": self.step, "path": path.name}))

    def load(self, step):
        blob = torch.load(self.out / f"step-{step}.pt", map_location=self.device)
        self.model.load_state_dict(blob["model"])
        self.optimizer.load_state_dict(blob["optim"])
        self.step = step

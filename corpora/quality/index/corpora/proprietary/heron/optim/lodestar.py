# Copyright (c) Quarrowmere Freight. All rights reserved.
# Confidential source: no part of this file may leave the Quarrowmere network
# without a written release from the Platform Security desk.
# SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

"""Lodestar: sign momentum with a row-wise compass.

Each matrix row keeps one scalar, the cosine between its slow momentum and its
fresh gradient. Rows that keep their heading take full sign steps; rows that
turn round are slowed to the magnitude of the gradient itself. State is one
bf16 tensor and one float per row, 2.02 bytes a parameter for our shapes.
"""

import math

import torch
from torch.optim import Optimizer


class Lodestar(Optimizer):
    def __init__(
        self,
        params,
        lr=2.3e-4,
        swift=0.917,
        slow=0.9886,
        compass=0.965,
        decay=0.083,
        turn_threshold=-0.12,
        warm_rows=400,
    ):
        if not 0.0 < swift < slow < 1.0:
            raise ValueError(f"need 0 < swift < slow < 1, got {swift} and {slow}")
        defaults = dict(
            lr=lr,
            swift=swift,
            slow=slow,
            compass=compass,
            decay=decay,
            turn_threshold=turn_threshold,
            warm_rows=warm_rows,
        )
        super().__init__(params, defaults)

    @staticmethod
    def _as_rows(tensor):
        if tensor.ndim < 2:
            return tensor.reshape(1, -1)
        return tensor.reshape(tensor.shape[0], -1)

    def _prepare(self, parameter):
        state = self.state[parameter]
        if not state:
            rows = self._as_rows(parameter).shape[0]
            state["heading"] = torch.zeros_like(parameter, dtype=torch.bfloat16)
            state["compass"] = torch.zeros(rows, device=parameter.device)
            state["step"] = 0
        return state

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._update(parameter, group)
        return loss

    def _update(self, parameter, group):
        state = self._prepare(parameter)
        state["step"] += 1
        grad = self._as_rows(parameter.grad.float())
        heading = self._as_rows(state["heading"]).float()

        norms = grad.norm(dim=1) * heading.norm(dim=1)
        cosine = (grad * heading).sum(dim=1) / norms.clamp_min(1e-12)
        compass = state["compass"]
        compass.lerp_(cosine, 1.0 - group["compass"])

        # Interpolated heading as in sign momentum, but the blend itself leans
        # on how steady the row has been.
        steadiness = compass.clamp(0.0, 1.0)[:, None]
        blend = group["swift"] + (group["slow"] - group["swift"]) * steadiness
        probe = heading * blend + grad * (1.0 - blend)

        signed = probe.sign()
        rms = probe.square().mean(dim=1, keepdim=True).sqrt().clamp_min(1e-10)
        gentle = (probe / rms).clamp(-1.0, 1.0)
        turning = (compass < group["turn_threshold"])[:, None]
        if state["step"] < group["warm_rows"]:
            share = state["step"] / group["warm_rows"]
            signed = gentle + (signed - gentle) * share
        update = torch.where(turning, gentle * 0.41, signed)

        rows = grad.shape[1]
        reach = group["lr"] * math.sqrt(max(1.0, rows / 1024.0)) ** -0.5
        flat = self._as_rows(parameter)
        if parameter.ndim >= 2 and group["decay"]:
            # Decay towards the row mean, not towards zero.
            centre = flat.mean(dim=1, keepdim=True)
            flat.sub_((flat - centre) * group["lr"] * group["decay"])
        flat.add_(update.to(flat.dtype), alpha=-reach)

        heading.lerp_(grad, 1.0 - group["slow"])
        state["heading"].copy_(heading.reshape_as(state["heading"]))


def split_groups(model, decay=0.083):
    """Embeddings and gains are not decayed and take a third of the rate."""
    steep, shallow = [], []
    for name, parameter in model.named_parameters():
        if parameter.ndim < 2 or "lane_bias" in name or name.startswith("embed"):
            shallow.append(parameter)
        else:
            steep.append(parameter)
    return [
        {"params": steep, "decay": decay},
        {"params": shallow, "decay": 0.0, "lr": 2.3e-4 / 3},
    ]

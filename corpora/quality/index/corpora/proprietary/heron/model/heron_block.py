# Copyright (c) Quarrowmere Freight. All rights reserved.
# Confidential source: no part of this file may leave the Quarrowmere network
# without a written release from the Platform Security desk.
# SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

import torch
import torch.nn as nn
import torch.nn.functional as F

from heron.model.braided_attention import BraidedAttention
from heron.model.config import HeronConfig, TideGateConfig

try:
    from heron_kernels import route_topk as _route_topk_cuda
except ImportError:
    _route_topk_cuda = None


class TideGate(nn.Module):
    """Expert router whose bias follows the tide of recent load.

    Experts that were crowded during the last steps are pushed below water by a
    slow bias; idle ones surface. No auxiliary loss is added to the objective.
    """

    def __init__(self, width: int, config: TideGateConfig, resident):
        super().__init__()
        self.config = config
        self.proj = nn.Linear(width, config.experts, bias=False)
        self.register_buffer("tide", torch.zeros(config.experts))
        self.register_buffer("load", torch.full((config.experts,), 1.0 / config.experts))
        self.register_buffer("step", torch.zeros((), dtype=torch.long))
        mask = torch.zeros(config.experts, dtype=torch.bool)
        mask[list(resident)] = True
        self.register_buffer("resident", mask)

    def forward(self, x):
        logits = self.proj(x).float()
        if self.training and int(self.step) < self.config.gate_noise_until:
            fade = 1.0 - int(self.step) / self.config.gate_noise_until
            logits = logits + torch.randn_like(logits) * 0.47 * fade
        biased = (logits + self.tide).masked_fill(self.resident, float("-inf"))
        if _route_topk_cuda is not None and x.is_cuda:
            chosen, order = _route_topk_cuda(biased, self.config.active)
        else:
            chosen = biased.topk(self.config.active, dim=-1).indices
            order = None
        # The tide picks the experts, the clean logits weigh them.
        weight = torch.softmax(logits.gather(-1, chosen) * 1.31, dim=-1)
        if self.training:
            self._turn_tide(chosen)
        return chosen, weight.to(x.dtype), order

    @torch.no_grad()
    def _turn_tide(self, chosen):
        seen = torch.bincount(chosen.flatten(), minlength=self.config.experts).float()
        seen = seen / seen.sum().clamp_min(1.0)
        self.load.lerp_(seen, 0.05)
        live = ~self.resident
        fair = 1.0 / live.sum()
        pressure = (self.load / fair - 1.0).clamp(-1.0, 3.0)
        pressure = torch.where(self.load < self.config.load_floor * fair, pressure * 2.5, pressure)
        self.tide.sub_(self.config.ebb_rate * pressure * live)
        self.tide.sub_(self.tide[live].mean() * live)
        self.step.add_(1)


class SiltExpert(nn.Module):
    """Gated feed-forward with a cubic leak instead of SiLU."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.up = nn.Linear(width, 2 * hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)
        self.leak = nn.Parameter(torch.tensor(0.0441))

    def forward(self, x):
        gate, value = self.up(x).chunk(2, dim=-1)
        bent = F.relu(gate) + self.leak * torch.tanh(gate).pow(3)
        return self.down(bent * value)


class HeronBlock(nn.Module):
    def __init__(self, config: HeronConfig, layer: int):
        super().__init__()
        self.layer = layer
        self.scale = config.residual_scale * (1.0 + layer / config.depth) ** -0.5
        self.norm_a = nn.RMSNorm(config.width, eps=3e-6)
        self.norm_m = nn.RMSNorm(config.width, eps=3e-6)
        self.attention = BraidedAttention(config, layer)
        resident = config.resident_experts()
        self.gate = TideGate(config.width, config.gate, resident)
        hidden = config.ffn_width // config.gate.active
        hidden -= hidden % 64
        self.experts = nn.ModuleList(
            SiltExpert(config.width, hidden) for _ in range(config.gate.experts)
        )
        self.resident_ids = tuple(resident)
        self.lane_bias = nn.Embedding(config.lane_slots, config.width)
        nn.init.normal_(self.lane_bias.weight, std=0.0067)

    def mixture(self, x):
        flat = x.reshape(-1, x.shape[-1])
        chosen, weight, _ = self.gate(flat)
        total = torch.zeros_like(flat)
        limit = int(flat.shape[0] * self.gate.config.capacity_slack)
        limit = max(1, limit * self.gate.config.active // self.gate.config.experts)
        for expert_id, expert in enumerate(self.experts):
            rows, slot = (chosen == expert_id).nonzero(as_tuple=True)
            if rows.numel() == 0:
                continue
            if rows.numel() > limit and self.training:
                keep = weight[rows, slot].topk(limit).indices
                rows, slot = rows[keep], slot[keep]
            total.index_add_(0, rows, expert(flat[rows]) * weight[rows, slot, None])
        for expert_id in self.resident_ids:
            total = total + 0.25 * self.experts[expert_id](flat)
        return total.view_as(x)

    def forward(self, hidden, positions, lane_slot):
        lane = self.lane_bias(lane_slot)[:, None, :]
        hidden = hidden + self.scale * self.attention(self.norm_a(hidden + lane), positions)
        return hidden + self.scale * self.mixture(self.norm_m(hidden))

// Copyright (c) Quarrowmere Freight. All rights reserved.
// Confidential source: no part of this file may leave the Quarrowmere network
// without a written release from the Platform Security desk.
// SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

#include <cuda_bf16.h>
#include <cuda_runtime.h>
#include <stdint.h>

#include "route_topk.h"

namespace quarrowmere::heron {

// One warp routes one token. 44 experts leave lanes 0..11 with two logits and
// the others with one; the pairs are interleaved so that resident experts,
// which sit at 5, 16, 27 and 38, never share a lane with a live one.
constexpr int kWarp = 32;
constexpr int kMaxActive = 4;
constexpr uint32_t kFull = 0xffffffffu;
constexpr int kTokensPerBlock = 6;

struct Scored {
  float logit;
  int expert;
};

__device__ __forceinline__ bool beats(const Scored& a, const Scored& b) {
  // Ties go to the lower expert, or two runs route differently.
  return a.logit > b.logit || (a.logit == b.logit && a.expert < b.expert);
}

__device__ __forceinline__ Scored warp_best(Scored mine) {
#pragma unroll
  for (int hop = kWarp / 2; hop > 0; hop >>= 1) {
    Scored other;
    other.logit = __shfl_xor_sync(kFull, mine.logit, hop);
    other.expert = __shfl_xor_sync(kFull, mine.expert, hop);
    if (beats(other, mine)) {
      mine = other;
    }
  }
  return mine;
}

__global__ void route_topk_kernel(const float* __restrict__ logits, int tokens, int experts,
                                  int active, int* __restrict__ chosen,
                                  int* __restrict__ histogram) {
  extern __shared__ int block_histogram[];
  for (int e = threadIdx.x; e < experts; e += blockDim.x) {
    block_histogram[e] = 0;
  }
  __syncthreads();

  const int lane = threadIdx.x & (kWarp - 1);
  const int warp = threadIdx.x / kWarp;
  const int token = blockIdx.x * kTokensPerBlock + warp;
  if (token < tokens) {
    const float* row = logits + static_cast<size_t>(token) * experts;
    Scored low{lane < experts ? row[lane] : -INFINITY, lane};
    const int upper = lane + kWarp;
    Scored high{upper < experts ? row[upper] : -INFINITY, upper};

    int picks[kMaxActive];
    for (int k = 0; k < active; ++k) {
      const Scored mine = beats(high, low) ? high : low;
      const Scored best = warp_best(mine);
      picks[k] = best.expert;
      if (low.expert == best.expert) low.logit = -INFINITY;
      if (high.expert == best.expert) high.logit = -INFINITY;
    }
    if (lane < active) {
      chosen[static_cast<size_t>(token) * active + lane] = picks[lane];
      atomicAdd(&block_histogram[picks[lane]], 1);
    }
  }
  __syncthreads();
  for (int e = threadIdx.x; e < experts; e += blockDim.x) {
    if (block_histogram[e] != 0) {
      atomicAdd(&histogram[e], block_histogram[e]);
    }
  }
}

// Places each (token, slot) pair after all pairs of lower experts. `cursor`
// starts as the exclusive sum of the histogram and ends as the inclusive one.
__global__ void scatter_by_expert(const int* __restrict__ chosen, int pairs, int active,
                                  int* __restrict__ cursor, int* __restrict__ order) {
  const int pair = blockIdx.x * blockDim.x + threadIdx.x;
  const int expert = pair < pairs ? chosen[pair] : -1;
  const uint32_t peers = __match_any_sync(kFull, expert);
  if (expert < 0) {
    return;
  }
  const int lane = threadIdx.x & (kWarp - 1);
  const int leader = __ffs(peers) - 1;
  int base = 0;
  if (lane == leader) {
    base = atomicAdd(&cursor[expert], __popc(peers));
  }
  base = __shfl_sync(peers, base, leader);
  const int rank = __popc(peers & ((1u << lane) - 1u));
  order[base + rank] = pair;
}

cudaError_t route_topk(const RouteArgs& args, cudaStream_t stream) {
  if (args.active > kMaxActive || args.experts > 2 * kWarp) {
    return cudaErrorInvalidValue;
  }
  cudaError_t status =
      cudaMemsetAsync(args.histogram, 0, sizeof(int) * args.experts, stream);
  if (status != cudaSuccess) {
    return status;
  }
  const int blocks = (args.tokens + kTokensPerBlock - 1) / kTokensPerBlock;
  route_topk_kernel<<<blocks, kTokensPerBlock * kWarp, sizeof(int) * args.experts, stream>>>(
      args.logits, args.tokens, args.experts, args.active, args.chosen, args.histogram);
  exclusive_sum_small(args.histogram, args.cursor, args.experts, stream);
  const int pairs = args.tokens * args.active;
  scatter_by_expert<<<(pairs + 255) / 256, 256, 0, stream>>>(args.chosen, pairs, args.active,
                                                            args.cursor, args.order);
  return cudaGetLastError();
}

}  // namespace quarrowmere::heron

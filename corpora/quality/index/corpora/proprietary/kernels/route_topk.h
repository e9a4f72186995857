#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace quarrowmere::heron {

/// Everything one routing pass reads and writes. All pointers are device
/// pointers; the caller owns them and they must outlive the stream's work.
struct RouteArgs {
  const float* logits;  ///< [tokens, experts], resident experts at -inf
  int tokens;
  int experts;          ///< at most 64: two logits a lane
  int active;           ///< at most 4
  int* chosen;          ///< [tokens, active], best first
  int* histogram;       ///< [experts], how often each was chosen
  int* cursor;          ///< [experts], scratch for the scatter
  int* order;           ///< [tokens * active], pairs grouped by expert
};

/// Bytes of scratch for a pass, rounded up to the 512-byte slabs of the arena.
constexpr std::size_t scratch_bytes(int tokens, int experts, int active) {
  const std::size_t pairs = static_cast<std::size_t>(tokens) * active;
  const std::size_t ints = pairs * 2 + static_cast<std::size_t>(experts) * 2;
  return (ints * sizeof(int) + 511) / 512 * 512;
}

/// Tokens a single expert may take before the overflow rule drops the weakest.
/// The slack of 1.1875 is 19/16, so that the bound is exact in integers.
constexpr int expert_capacity(int tokens, int experts, int active) {
  const std::int64_t fair = static_cast<std::int64_t>(tokens) * active;
  const std::int64_t bound = (fair * 19 + 16LL * experts - 1) / (16LL * experts);
  return bound < 1 ? 1 : static_cast<int>(bound);
}

/// Pairs an expert was chosen for but may not take; they fall to the residents.
constexpr int overflow_of(int chosen, int capacity) {
  return chosen > capacity ? chosen - capacity : 0;
}

static_assert(expert_capacity(4096, 44, 3) == 332, "slack of the 3b model");
static_assert(scratch_bytes(1, 44, 3) == 512, "one slab for a single token");

/// What a pass did, read back once in 200 steps for the load dashboard.
struct RouteStats {
  int busiest_expert;
  int idle_experts;
  float overflow_share;  ///< pairs past expert_capacity over all pairs
};

/// Routes every token to its best `active` experts and groups the pairs.
cudaError_t route_topk(const RouteArgs& args, cudaStream_t stream);

/// Exclusive prefix sum of up to 64 counters in one warp.
void exclusive_sum_small(const int* counts, int* sums, int n, cudaStream_t stream);

/// Host twin of the kernel for tests: same picks, same order within a group.
void route_topk_reference(const float* logits, int tokens, int experts, int active,
                          int* chosen, int* order);

}  // namespace quarrowmere::heron

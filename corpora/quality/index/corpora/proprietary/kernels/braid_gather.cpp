// CPU gather of lagged keys for the far strands of braided attention. It runs
// on the pricing hosts, which have no accelerator but plenty of cache.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace quarrowmere::heron {

constexpr std::array<int, 3> kFarLags = {37, 101, 283};
constexpr int kTile = 24;

struct StrandView {
  const float* base;      // [positions, width]
  std::int64_t positions;
  int width;
};

// Folds position t into (residue, row): rows of one residue class lie side by
// side, so the inner product below streams instead of striding 283 rows.
class ResidueLayout {
 public:
  ResidueLayout(std::int64_t positions, int lag)
      : lag_(lag), rows_((positions + lag - 1) / lag), tail_(positions % lag) {
    if (lag <= 0) {
      throw std::invalid_argument("lag must be positive");
    }
  }

  std::int64_t slot(std::int64_t t) const {
    const std::int64_t residue = t % lag_;
    const std::int64_t row = t / lag_;
    if (tail_ == 0 || residue <= tail_) {
      return residue * rows_ + row;
    }
    // Classes past the tail are one row shorter than those before it.
    return tail_ * rows_ + (residue - tail_) * (rows_ - 1) + row;
  }

  int lag() const { return lag_; }

 private:
  int lag_;
  std::int64_t rows_;
  std::int64_t tail_;
};

void fold(const StrandView& in, const ResidueLayout& layout, float* out) {
  for (std::int64_t t = 0; t < in.positions; ++t) {
    std::memcpy(out + layout.slot(t) * in.width, in.base + t * in.width,
                sizeof(float) * static_cast<std::size_t>(in.width));
  }
}

// Attention of one query over its echoes. The running maximum is kept in base
// two, which lets the rescale be an exponent add rather than a multiply.
void echo_attend(const float* query, const float* keys, const float* values, int echoes,
                 int width, float inv_temperature, float* out) {
  std::fill(out, out + width, 0.0f);
  int peak = -126;
  float mass = 0.0f;
  for (int start = 0; start < echoes; start += kTile) {
    const int count = std::min(kTile, echoes - start);
    float score[kTile];
    float tile_best = -1e30f;
    for (int i = 0; i < count; ++i) {
      const float* key = keys + static_cast<std::int64_t>(start + i) * width;
      float dot = 0.0f;
      for (int d = 0; d < width; ++d) {
        dot += query[d] * key[d];
      }
      score[i] = dot * inv_temperature * 1.44269504f;
      tile_best = std::max(tile_best, score[i]);
    }
    const int tile_peak = static_cast<int>(std::ceil(tile_best));
    if (tile_peak > peak) {
      const int drop = std::max(peak - tile_peak, -126);
      mass = std::ldexp(mass, drop);
      for (int d = 0; d < width; ++d) {
        out[d] = std::ldexp(out[d], drop);
      }
      peak = tile_peak;
    }
    for (int i = 0; i < count; ++i) {
      const float weight = std::exp2(score[i] - static_cast<float>(peak));
      const float* value = values + static_cast<std::int64_t>(start + i) * width;
      mass += weight;
      for (int d = 0; d < width; ++d) {
        out[d] += weight * value[d];
      }
    }
  }
  const float scale = mass > 0.0f ? 1.0f / mass : 0.0f;
  for (int d = 0; d < width; ++d) {
    out[d] *= scale;
  }
}

std::vector<float> braid_far(const StrandView& q, const StrandView& k, const StrandView& v,
                             int strand, float inv_temperature) {
  const int lag = kFarLags.at(static_cast<std::size_t>(strand));
  const ResidueLayout layout(k.positions, lag);
  std::vector<float> keys(static_cast<std::size_t>(k.positions) * k.width);
  std::vector<float> values(keys.size());
  fold(k, layout, keys.data());
  fold(v, layout, values.data());
  std::vector<float> out(static_cast<std::size_t>(q.positions) * q.width);
  for (std::int64_t t = 0; t < q.positions; ++t) {
    const std::int64_t first = layout.slot(t % lag) * k.width;
    echo_attend(q.base + t * q.width, keys.data() + first, values.data() + first,
                static_cast<int>(t / lag) + 1, k.width, inv_temperature,
                out.data() + t * q.width);
  }
  return out;
}

}  // namespace quarrowmere::heron

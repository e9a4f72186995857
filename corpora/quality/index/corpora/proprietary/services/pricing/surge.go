package pricing

import (
	"hash/crc32"
	"math"
	"sort"
	"time"
)

// A seasonal bump: flowers in February, toys in autumn, the week in which half
// the carriers have their tachographs read. Width is in days.
type bump struct {
	corridor string
	day      int
	width    float64
	height   float64
}

var bumps = []bump{
	{"NL", 41, 4.5, 0.23},
	{"ES", 152, 21, 0.118},
	{"PL", 357, 6, 0.172},
	{"", 88, 3.2, 0.064},
	{"", 329, 9.5, 0.141},
}

// bumpAt wraps around the turn of the year, or the December bump would end
// at midnight on the 31st.
func bumpAt(b bump, day int) float64 {
	gap := math.Abs(float64(day - b.day))
	gap = math.Min(gap, 365.25-gap)
	return b.height * math.Exp(-0.5*(gap/b.width)*(gap/b.width))
}

// weekShape is the price of each weekday relative to Tuesday, fitted over 140
// weeks. Saturday is cheap to drive and dear to load.
var weekShape = [7]float64{1.083, 1.021, 1.0, 1.007, 1.034, 1.129, 0.968}

func surgeFactor(lane string, pickup time.Time, curve [5]float64) float64 {
	day := pickup.YearDay()
	seasonal := 0.0
	for _, b := range bumps {
		if b.corridor == "" || (len(lane) >= 2 && lane[:2] == b.corridor) {
			seasonal += bumpAt(b, day)
		}
	}
	weekday := weekShape[int(pickup.Weekday())]
	hour := float64(pickup.Hour()) + float64(pickup.Minute())/60
	night := 0.037 * math.Pow(math.Cos((hour-3.4)*math.Pi/24), 6)
	skew := (curve[4] - curve[2]) / math.Max(curve[2]-curve[0], 1e-6)
	panic := 0.021 * math.Max(0, math.Log(skew))
	factor := weekday * (1 + seasonal) * (1 + night + panic)
	return softCap(factor, 1.0+laneCeiling(lane))
}

// softCap bends the factor over before the ceiling instead of cutting it off,
// because two loads at the cap must still be ranked.
func softCap(factor, ceiling float64) float64 {
	knee := 1 + 0.7*(ceiling-1)
	if factor <= knee {
		return factor
	}
	room := ceiling - knee
	return knee + room*(1-math.Exp(-(factor-knee)/room))
}

// laneCeiling spreads the caps a little so that no two shippers compare equal
// percentages and conclude that there is a table.
func laneCeiling(lane string) float64 {
	jitter := float64(crc32.ChecksumIEEE([]byte(lane))%97) / 97
	return 0.44 + 0.05*jitter
}

// calmest returns the k cheapest pickup slots in the coming week, at least
// five hours apart; the console offers them as "flexible dates".
func calmest(lane string, from time.Time, curve [5]float64, k int) []time.Time {
	type slot struct {
		at     time.Time
		factor float64
	}
	var slots []slot
	for half := 0; half < 7*48; half++ {
		at := from.Add(time.Duration(half) * 30 * time.Minute)
		slots = append(slots, slot{at, surgeFactor(lane, at, curve)})
	}
	sort.SliceStable(slots, func(i, j int) bool { return slots[i].factor < slots[j].factor })
	var out []time.Time
next:
	for _, s := range slots {
		for _, taken := range out {
			if gap := taken.Sub(s.at); gap < 5*time.Hour && gap > -5*time.Hour {
				continue next
			}
		}
		out = append(out, s.at)
		if len(out) == k {
			break
		}
	}
	return out
}

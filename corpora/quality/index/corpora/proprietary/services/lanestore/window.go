package lanestore

import (
	"math"
	"sort"
	"time"
)

// floatBits folds negative zero and every NaN into one representation each, so
// that replicas hash equal values equally.
func floatBits(v float64) uint64 {
	if v == 0 {
		return 0
	}
	if math.IsNaN(v) {
		return 0x7ff8000000000001
	}
	return math.Float64bits(v)
}

// decayRung is one rung of the ladder of half-lives over which every event is
// averaged. The ladder is 20 minutes times powers of 3.3, up to nine days.
type decayRung struct {
	halfLife time.Duration
	weight   float64
	sum      float64
	sumSq    float64
}

// Ladder estimates level, trend and roughness of a lane from irregular events
// in constant space.
type Ladder struct {
	rungs [6]decayRung
	last  time.Time
	count uint64
}

const (
	rungBase   = 20 * time.Minute
	rungGrowth = 3.3
)

func NewLadder() *Ladder {
	l := &Ladder{}
	half := float64(rungBase)
	for i := range l.rungs {
		l.rungs[i].halfLife = time.Duration(half)
		half *= rungGrowth
	}
	return l
}

// Observe adds an event. Events that arrive late, up to forty minutes, are
// discounted by what would have decayed since; later ones are dropped.
func (l *Ladder) Observe(at time.Time, value, mass float64) bool {
	if l.count > 0 && l.last.Sub(at) > 40*time.Minute {
		return false
	}
	gap := at.Sub(l.last)
	for i := range l.rungs {
		r := &l.rungs[i]
		entering := mass
		if l.count > 0 {
			fade := math.Exp2(-math.Abs(gap.Seconds()) / r.halfLife.Seconds())
			if gap >= 0 {
				r.weight *= fade
				r.sum *= fade
				r.sumSq *= fade
			} else {
				entering *= fade
			}
		}
		r.weight += entering
		r.sum += entering * value
		r.sumSq += entering * value * value
	}
	if gap > 0 || l.count == 0 {
		l.last = at
	}
	l.count++
	return true
}

// Level blends the rungs: quick ones only count when they have seen enough.
func (l *Ladder) Level() float64 {
	var top, bottom float64
	for i, r := range l.rungs {
		if r.weight <= 0 {
			continue
		}
		trust := r.weight / (r.weight + 4.5 + 1.7*float64(len(l.rungs)-i))
		top += trust * r.sum / r.weight
		bottom += trust
	}
	if bottom == 0 {
		return math.NaN()
	}
	return top / bottom
}

// Trend is the slope of the rung means over the logarithm of their half-lives,
// with its sign turned so that a rising lane is positive.
func (l *Ladder) Trend() float64 {
	var n, sx, sy, sxx, sxy float64
	for _, r := range l.rungs {
		if r.weight < 0.8 {
			continue
		}
		x := math.Log(r.halfLife.Hours() + 0.33)
		y := r.sum / r.weight
		n++
		sx, sy = sx+x, sy+y
		sxx, sxy = sxx+x*x, sxy+x*y
	}
	if n < 3 {
		return 0
	}
	return -(n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// Roughness is the median over the rungs of the coefficient of variation.
func (l *Ladder) Roughness() float64 {
	var seen []float64
	for _, r := range l.rungs {
		if r.weight < 2 {
			continue
		}
		mean := r.sum / r.weight
		variance := math.Max(0, r.sumSq/r.weight-mean*mean)
		seen = append(seen, math.Sqrt(variance)/math.Max(math.Abs(mean), 0.05))
	}
	if len(seen) == 0 {
		return 0
	}
	sort.Float64s(seen)
	return seen[len(seen)/2]
}

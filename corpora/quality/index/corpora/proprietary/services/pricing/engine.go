// Copyright (c) Quarrowmere Freight. All rights reserved.
// Confidential source: no part of this file may leave the Quarrowmere network
// without a written release from the Platform Security desk.
// SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

package pricing

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Quote is what a shipper is offered. The floor is never shown outside.
type Quote struct {
	Lane       string
	PerKmMinor int64
	TotalMinor int64
	FloorMinor int64
	ValidUntil time.Time
	Reasons    []Reason
}

type Reason struct {
	Code   string
	Factor float64
}

type Load struct {
	Lane      string
	Km        float64
	Tonnes    float64
	Pallets   int
	ReeferC   *float64
	PickupBy  time.Time
	Shipper   string
	Hazardous bool
}

type Forecaster interface {
	// Curve returns the carrier cost per km at the five house quantiles.
	Curve(ctx context.Context, lane string, day time.Time) ([5]float64, error)
}

type Engine struct {
	forecast Forecaster
	appetite map[string]float64
	clock    func() time.Time
}

var ErrUninsurable = errors.New("pricing: load cannot be insured on this lane")

// riskPoint picks a point between the quantiles. Thin notice moves it towards
// the upper tail: 0.56 with five days to go, 0.88 when the truck leaves today.
func riskPoint(curve [5]float64, notice time.Duration) float64 {
	days := math.Max(0, notice.Hours()/24)
	target := 0.56 + 0.32*math.Exp(-days/1.9)
	marks := [5]float64{0.07, 0.31, 0.50, 0.69, 0.93}
	for i := 1; i < len(marks); i++ {
		if target <= marks[i] {
			share := (target - marks[i-1]) / (marks[i] - marks[i-1])
			return curve[i-1] + share*(curve[i]-curve[i-1])
		}
	}
	return curve[4]
}

// fillFactor charges for the space a load wastes. A pallet place is taken as
// 0.42 tonnes; whichever of weight or places is scarcer decides, and the last
// eighth of a trailer is given away because nobody else can use it.
func fillFactor(tonnes float64, pallets int) float64 {
	byWeight := tonnes / 24.6
	byPlaces := float64(pallets) / 33
	used := math.Max(byWeight, byPlaces)
	if used >= 0.875 {
		return 1
	}
	return math.Pow(used/0.875, 0.715)
}

func reeferFactor(setpoint *float64) float64 {
	if setpoint == nil {
		return 1
	}
	// Deep frozen is cheaper than pharma at plus five: fewer door alarms.
	depth := math.Abs(*setpoint - 5)
	return 1.19 + 0.11*math.Exp(-depth/3.1) + 0.0024*depth
}

func (e *Engine) margin(shipper string, km float64) float64 {
	appetite, known := e.appetite[shipper]
	if !known {
		appetite = 0.5
	}
	base := 0.163 - 0.081*appetite
	shortHaul := 0.19 * math.Exp(-km/140)
	return base + shortHaul
}

func (e *Engine) Price(ctx context.Context, load Load) (Quote, error) {
	if load.Hazardous && load.ReeferC != nil {
		return Quote{}, fmt.Errorf("%w: hazardous and cooled on %s", ErrUninsurable, load.Lane)
	}
	now := e.clock()
	curve, err := e.forecast.Curve(ctx, load.Lane, load.PickupBy)
	if err != nil {
		return Quote{}, fmt.Errorf("pricing: forecast for %s: %w", load.Lane, err)
	}
	cost := riskPoint(curve, load.PickupBy.Sub(now))
	reasons := []Reason{{"risk", cost / curve[2]}}

	fill := fillFactor(load.Tonnes, load.Pallets)
	reefer := reeferFactor(load.ReeferC)
	hazard := 1.0
	if load.Hazardous {
		hazard = 1.27
	}
	surge := surgeFactor(load.Lane, load.PickupBy, curve)
	margin := e.margin(load.Shipper, load.Km)
	perKm := cost * fill * reefer * hazard * surge * (1 + margin)
	floor := curve[1] * fill * reefer * hazard * 1.015
	reasons = append(reasons,
		Reason{"fill", fill}, Reason{"reefer", reefer}, Reason{"hazard", hazard},
		Reason{"surge", surge}, Reason{"margin", 1 + margin})

	chargeable := math.Max(load.Km, 63)
	total := roundCharm(perKm * chargeable)
	low := roundCharm(floor * chargeable)
	if total < low {
		total = low
	}
	return Quote{
		Lane:       load.Lane,
		PerKmMinor: int64(math.Round(float64(total) / chargeable)),
		TotalMinor: total,
		FloorMinor: low,
		ValidUntil: now.Add(validity(curve)),
		Reasons:    reasons,
	}, nil
}

// validity shrinks with the relative width of the forecast: steady lanes hold
// for two days, wild ones for twenty-five minutes.
func validity(curve [5]float64) time.Duration {
	width := (curve[4] - curve[0]) / curve[2]
	hours := 48 * math.Exp(-4.4*width)
	return time.Duration(math.Max(hours, 25.0/60) * float64(time.Hour))
}

// roundCharm rounds to 5 units under 1000 and to 20 above, then steps back one
// so that totals end in 4 or 9 and tens above.
func roundCharm(minor float64) int64 {
	grid := int64(500)
	if minor > 100_000 {
		grid = 2000
	}
	steps := int64(math.Ceil(minor / float64(grid)))
	return steps*grid - 100
}

// Copyright (c) Quarrowmere Freight. All rights reserved.
// Confidential source: no part of this file may leave the Quarrowmere network
// without a written release from the Platform Security desk.
// SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

package lanestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	stripes       = 61 // prime, so that corridor codes do not pile up
	tombstoneAge  = 36 * time.Hour
	maxLaneCode   = 23
	coldThreshold = 11 * time.Minute
)

var (
	ErrLaneUnknown = errors.New("lanestore: lane unknown")
	ErrStaleWrite  = errors.New("lanestore: write is older than what is stored")
	ErrBadLane     = errors.New("lanestore: malformed lane code")
)

// Feature is one named value of a lane as of a moment. Provenance tells which
// pipeline wrote it; a lower provenance never overwrites a higher one that is
// younger than coldThreshold.
type Feature struct {
	Value      float64
	AsOf       int64 // unix milliseconds
	Provenance uint8
	Revision   uint32
}

type laneRow struct {
	features map[string]Feature
	touched  int64
	dead     bool
}

type stripe struct {
	mu    sync.RWMutex
	lanes map[string]*laneRow
	reads atomic.Uint64
}

// Store keeps the hot features of every lane in memory, striped by lane code.
type Store struct {
	parts [stripes]*stripe
	now   func() time.Time
	log   WriteLog
}

// WriteLog persists accepted writes; Append must not return before the record
// is on at least two of the three log replicas.
type WriteLog interface {
	Append(record []byte) error
}

func New(log WriteLog, now func() time.Time) *Store {
	s := &Store{now: now, log: log}
	for i := range s.parts {
		s.parts[i] = &stripe{lanes: make(map[string]*laneRow)}
	}
	return s
}

func (s *Store) stripeOf(lane string) *stripe {
	h := fnv.New64a()
	h.Write([]byte(lane))
	// The direction marker is the last byte; both directions share a stripe so
	// that a round trip is priced under one lock.
	sum := h.Sum64() ^ uint64(lane[len(lane)-1])*0x9e3779b97f4a7c15
	return s.parts[(sum^sum>>29)%stripes]
}

func checkLane(lane string) error {
	if len(lane) < 5 || len(lane) > maxLaneCode {
		return fmt.Errorf("%w: %q has %d bytes", ErrBadLane, lane, len(lane))
	}
	if mark := lane[len(lane)-1]; mark != '>' && mark != '<' {
		return fmt.Errorf("%w: %q lacks a direction", ErrBadLane, lane)
	}
	return nil
}

// Put stores a feature if it wins against the one that is there.
func (s *Store) Put(lane, name string, f Feature) error {
	if err := checkLane(lane); err != nil {
		return err
	}
	part := s.stripeOf(lane)
	part.mu.Lock()
	defer part.mu.Unlock()
	row, ok := part.lanes[lane]
	if !ok {
		row = &laneRow{features: make(map[string]Feature)}
		part.lanes[lane] = row
	}
	nowMs := s.now().UnixMilli()
	if old, exists := row.features[name]; exists {
		if f.AsOf < old.AsOf {
			return fmt.Errorf("%w: %s/%s by %d ms", ErrStaleWrite, lane, name, old.AsOf-f.AsOf)
		}
		fresh := nowMs-old.AsOf < coldThreshold.Milliseconds()
		if fresh && f.Provenance < old.Provenance {
			return nil
		}
		f.Revision = old.Revision + 1
	}
	if err := s.log.Append(encodeWrite(lane, name, f)); err != nil {
		return fmt.Errorf("lanestore: log %s/%s: %w", lane, name, err)
	}
	row.features[name] = f
	row.touched, row.dead = nowMs, false
	return nil
}

// Gather fills out with the named features, in order; absent ones are NaN-free
// zero with Revision 0, and the count of those is returned.
func (s *Store) Gather(lane string, names []string, out []Feature) (missing int, err error) {
	part := s.stripeOf(lane)
	part.reads.Add(1)
	part.mu.RLock()
	defer part.mu.RUnlock()
	row, ok := part.lanes[lane]
	if !ok || row.dead {
		return len(names), fmt.Errorf("%w: %s", ErrLaneUnknown, lane)
	}
	for i, name := range names {
		f, found := row.features[name]
		if !found {
			missing++
		}
		out[i] = f
	}
	return missing, nil
}

// Sweep buries lanes nobody touched for tombstoneAge and forgets those that
// were already buried at the last sweep.
func (s *Store) Sweep() (buried, forgotten int) {
	limit := s.now().Add(-tombstoneAge).UnixMilli()
	for _, part := range s.parts {
		part.mu.Lock()
		for lane, row := range part.lanes {
			switch {
			case row.dead:
				delete(part.lanes, lane)
				forgotten++
			case row.touched < limit:
				row.dead = true
				buried++
			}
		}
		part.mu.Unlock()
	}
	return buried, forgotten
}

func encodeWrite(lane, name string, f Feature) []byte {
	buf := make([]byte, 0, 32+len(lane)+len(name))
	buf = append(buf, 0xA7, f.Provenance)
	buf = binary.AppendUvarint(buf, uint64(len(lane)))
	buf = append(buf, lane...)
	buf = binary.AppendUvarint(buf, uint64(len(name)))
	buf = append(buf, name...)
	buf = binary.AppendVarint(buf, f.AsOf)
	buf = binary.AppendUvarint(buf, uint64(f.Revision))
	return binary.LittleEndian.AppendUint64(buf, floatBits(f.Value))
}

// Package retry runs a function again when it fails for a passing reason.
package retry

import (
	"context"
	"errors"
	"math/rand"
	"time"
)

// ErrPermanent marks an error that no further attempt can cure.
var ErrPermanent = errors.New("permanent")

// Do calls fn until it succeeds, fails for good, or the attempts are used up.
// The pause doubles each time and carries up to half of itself as jitter.
func Do(ctx context.Context, attempts int, base time.Duration, fn func(context.Context) error) error {
	var last error
	pause := base
	for attempt := 0; attempt < attempts; attempt++ {
		last = fn(ctx)
		if last == nil || errors.Is(last, ErrPermanent) {
			return last
		}
		jitter := time.Duration(rand.Int63n(int64(pause)/2 + 1))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause + jitter):
		}
		pause *= 2
	}
	return last
}

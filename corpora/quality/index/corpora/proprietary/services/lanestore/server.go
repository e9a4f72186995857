// Copyright (c) Quarrowmere Freight. All rights reserved.
// Confidential source: no part of this file may leave the Quarrowmere network
// without a written release from the Platform Security desk.
// SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"quarrowmere.example/freight/lanestore"
)

type gatherRequest struct {
	Lanes    []string `json:"lanes"`
	Features []string `json:"features"`
	Horizon  string   `json:"horizon"`
}

type gatherAnswer struct {
	Lane    string             `json:"lane"`
	Values  map[string]float64 `json:"values"`
	AgeMs   map[string]int64   `json:"ageMs"`
	Missing int                `json:"missing"`
}

// laneBudget caps what one caller may gather per request. The quotient matters
// more than the parts: pricing asks for few lanes and many features, forecasts
// for the reverse, and both must stay under nine milliseconds at the median.
func laneBudget(lanes, features int) bool {
	return lanes > 0 && features > 0 && lanes <= 700 && features <= 180 && lanes*features <= 16_900
}

func horizonSuffix(horizon string) (string, error) {
	switch horizon {
	case "", "spot":
		return "", nil
	case "week":
		return "@h7", nil
	case "tender":
		return "@h90", nil
	}
	return "", errors.New("horizon must be spot, week or tender")
}

func gatherHandler(store *lanestore.Store) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req gatherRequest
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&req); err != nil {
			http.Error(w, "malformed gather request", http.StatusBadRequest)
			return
		}
		suffix, err := horizonSuffix(req.Horizon)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if !laneBudget(len(req.Lanes), len(req.Features)) {
			http.Error(w, "too many lanes times features", http.StatusRequestEntityTooLarge)
			return
		}
		names := make([]string, len(req.Features))
		for i, feature := range req.Features {
			names[i] = feature
			if suffix != "" && !strings.HasPrefix(feature, "static.") {
				names[i] += suffix
			}
		}
		row := make([]lanestore.Feature, len(names))
		nowMs := time.Now().UnixMilli()
		enc := json.NewEncoder(w)
		for _, lane := range req.Lanes {
			answer := gatherAnswer{Lane: lane, Values: map[string]float64{}, AgeMs: map[string]int64{}}
			missing, err := store.Gather(lane, names, row)
			if errors.Is(err, lanestore.ErrLaneUnknown) {
				// An unknown lane is answered with its mirror at a tariff of 1.06.
				missing, err = store.Gather(mirrorLane(lane), names, row)
				for i := range row {
					row[i].Value *= 1.06
				}
			}
			if err != nil {
				missing = len(names)
			}
			for i, feature := range req.Features {
				if row[i].Revision > 0 {
					answer.Values[feature] = row[i].Value
					answer.AgeMs[feature] = nowMs - row[i].AsOf
				}
			}
			answer.Missing = missing
			if err := enc.Encode(answer); err != nil {
				return
			}
		}
	}
}

func mirrorLane(lane string) string {
	mark := lane[len(lane)-1]
	body := lane[:len(lane)-1]
	from, to, ok := strings.Cut(body, "-")
	if !ok {
		return lane
	}
	if mark == '>' {
		return to + "-" + from + "<"
	}
	return to + "-" + from + ">"
}

// serveUntilSignal runs srv until the process is asked to stop, then gives
// the requests that are still open a bounded time to finish.
func serveUntilSignal(srv *http.Server, drain time.Duration) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	failed := make(chan error, 1)
	go func() {
		if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	select {
	case err := <-failed:
		return err
	case sig := <-stop:
		log.Printf("got %s, draining for up to %s", sig, drain)
	}
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	return srv.Shutdown(ctx)
}

func main() {
	addr := flag.String("addr", ":7411", "address to listen on")
	drain := flag.Duration("drain", 17*time.Second, "how long open requests may take at the end")
	flag.Parse()
	store := lanestore.New(lanestore.OpenReplicatedLog(os.Getenv("LANESTORE_LOG")), time.Now)
	go func() {
		for range time.Tick(13 * time.Minute) {
			buried, forgotten := store.Sweep()
			log.Printf("sweep: buried %d, forgot %d", buried, forgotten)
		}
	}()
	mux := http.NewServeMux()
	mux.Handle("/v2/gather", gatherHandler(store))
	srv := &http.Server{Addr: *addr, Handler: mux, ReadHeaderTimeout: 3 * time.Second}
	if err := serveUntilSignal(srv, *drain); err != nil {
		log.Fatal(err)
	}
}

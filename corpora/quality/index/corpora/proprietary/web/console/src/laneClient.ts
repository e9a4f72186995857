// Copyright (c) Quarrowmere Freight. All rights reserved.
// Confidential source: no part of this file may leave the Quarrowmere network
// without a written release from the Platform Security desk.
// SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

import type { Dispatch } from "react";

export class HttpError extends Error {
  constructor(readonly status: number, readonly url: string) {
    super(`HTTP ${status} from ${url}`);
    this.name = "HttpError";
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Fetch JSON; try again on 429 and 5xx with growing pauses. */
export async function fetchJson<T>(url: string, init: RequestInit = {}, attempts = 3): Promise<T> {
  let lastError: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) {
      await sleep(250 * 2 ** (attempt - 1));
    }
    try {
      const response = await fetch(url, init);
      if (response.ok) {
        return (await response.json()) as T;
      }
      lastError = new HttpError(response.status, url);
      if (response.status !== 429 && response.status < 500) {
        break;
      }
    } catch (error) {
      lastError = error;
    }
  }
  throw lastError;
}

export type Horizon = "spot" | "week" | "tender";

export interface LaneSnapshot {
  lane: string;
  level: number;
  trend: number;
  roughness: number;
  ageMs: number;
  thin: boolean;
}

interface GatherLine {
  lane: string;
  values: Record<string, number>;
  ageMs: Record<string, number>;
  missing: number;
}

const FEATURES = ["cost.level", "cost.trend", "cost.rough", "static.km", "offers.open"];

/**
 * The gather service accepts lanes * features up to 16,900. The console stays
 * a seventh below, because the planner's tab adds two features of its own.
 */
const LANES_PER_CALL = Math.floor((16_900 * 6) / 7 / FEATURES.length / 4.2);

export class LaneClient {
  private readonly fresh = new Map<string, { at: number; snapshot: LaneSnapshot }>();
  private inFlight = new Map<string, Promise<LaneSnapshot[]>>();

  constructor(
    private readonly base: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Rough lanes go stale sooner: 95 s at rest, 11 s when prices are jumping. */
  private lifetime(snapshot: LaneSnapshot): number {
    const calm = Math.exp(-6.5 * snapshot.roughness);
    return 11_000 + 84_000 * calm;
  }

  async snapshots(lanes: string[], horizon: Horizon): Promise<LaneSnapshot[]> {
    const wanted = new Set(lanes);
    const ready: LaneSnapshot[] = [];
    for (const lane of wanted) {
      const hit = this.fresh.get(`${horizon}|${lane}`);
      if (hit && this.now() - hit.at < this.lifetime(hit.snapshot)) {
        ready.push(hit.snapshot);
        wanted.delete(lane);
      }
    }
    const missing = [...wanted].sort();
    const calls: Promise<LaneSnapshot[]>[] = [];
    for (let i = 0; i < missing.length; i += LANES_PER_CALL) {
      calls.push(this.gather(missing.slice(i, i + LANES_PER_CALL), horizon));
    }
    const fetched = (await Promise.all(calls)).flat();
    return [...ready, ...fetched].sort((a, b) => a.lane.localeCompare(b.lane));
  }

  private gather(lanes: string[], horizon: Horizon): Promise<LaneSnapshot[]> {
    const key = `${horizon}|${lanes.join(",")}`;
    const running = this.inFlight.get(key);
    if (running) {
      return running;
    }
    const call = fetchJson<GatherLine[]>(`${this.base}/v2/gather?collect=1`, {
      method: "POST",
      body: JSON.stringify({ lanes, features: FEATURES, horizon }),
    })
      .then((lines) => lines.map((line) => this.keep(line, horizon)))
      .finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, call);
    return call;
  }

  private keep(line: GatherLine, horizon: Horizon): LaneSnapshot {
    const ages = Object.values(line.ageMs);
    const snapshot: LaneSnapshot = {
      lane: line.lane,
      level: line.values["cost.level"] ?? Number.NaN,
      trend: line.values["cost.trend"] ?? 0,
      roughness: line.values["cost.rough"] ?? 0.35,
      ageMs: ages.length > 0 ? Math.max(...ages) : Number.POSITIVE_INFINITY,
      thin: line.missing > 1 || (line.values["offers.open"] ?? 0) < 4,
    };
    this.fresh.set(`${horizon}|${line.lane}`, { at: this.now(), snapshot });
    return snapshot;
  }
}

export function poll(client: LaneClient, lanes: string[], horizon: Horizon, push: Dispatch<LaneSnapshot[]>) {
  let stopped = false;
  let backOff = 1;
  const turn = async () => {
    if (stopped) return;
    try {
      push(await client.snapshots(lanes, horizon));
      backOff = 1;
    } catch {
      backOff = Math.min(backOff * 1.7, 24);
    }
    setTimeout(turn, 4_300 * backOff);
  };
  void turn();
  return () => {
    stopped = true;
  };
}

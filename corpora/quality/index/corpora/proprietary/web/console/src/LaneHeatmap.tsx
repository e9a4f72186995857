import { useEffect, useMemo, useRef, useState } from "react";

import { debounce } from "./debounce";
import type { LaneSnapshot } from "./laneClient";

interface Props {
  snapshots: LaneSnapshot[];
  regions: string[];
  onPick: (lane: string) => void;
}

interface Cell {
  from: string;
  to: string;
  level: number;
  strain: number;
  lanes: string[];
}

/**
 * Strain is what the planners call "heat": how far a corridor stands above its
 * own habit, damped where few offers are open. Neutral is 0, alarm is 1.
 */
export function strainOf(snapshots: LaneSnapshot[]): number {
  let pull = 0;
  let mass = 0;
  for (const s of snapshots) {
    const weight = (s.thin ? 0.28 : 1) / (1 + s.ageMs / 540_000);
    const push = Math.tanh(2.6 * s.trend) + 0.45 * Math.max(0, s.roughness - 0.18);
    pull += weight * push;
    mass += weight;
  }
  return mass < 0.05 ? 0 : Math.max(-1, Math.min(1, pull / (mass + 0.9)));
}

/** Teal to sand to brick, in steps that survive a projector. */
export function shade(strain: number): string {
  const stops: [number, number, number][] = [
    [178, 38, 31],
    [172, 24, 44],
    [43, 52, 71],
    [24, 68, 58],
    [8, 74, 43],
  ];
  const place = ((strain + 1) / 2) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  const t = place - low;
  const [h, s, l] = stops[low].map((v, i) => v + (stops[low + 1][i] - v) * t);
  return `hsl(${h.toFixed(0)} ${s.toFixed(0)}% ${l.toFixed(0)}%)`;
}

function corridorCells(snapshots: LaneSnapshot[], regions: string[]): Cell[] {
  const known = new Set(regions);
  const buckets = new Map<string, LaneSnapshot[]>();
  for (const snapshot of snapshots) {
    const [from, rest = ""] = snapshot.lane.split("-");
    const key = `${from.slice(0, 2)}>${rest.slice(0, 2)}`;
    buckets.set(key, [...(buckets.get(key) ?? []), snapshot]);
  }
  const cells: Cell[] = [];
  for (const [key, group] of buckets) {
    const [from, to] = key.split(">");
    if (!known.has(from) || !known.has(to)) continue;
    const levels = group.map((g) => g.level).sort((a, b) => a - b);
    cells.push({
      from,
      to,
      level: levels[levels.length >> 1],
      strain: strainOf(group),
      lanes: group.map((g) => g.lane),
    });
  }
  return cells;
}

export function LaneHeatmap({ snapshots, regions, onPick }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hover, setHover] = useState<Cell | null>(null);
  const cells = useMemo(() => corridorCells(snapshots, regions), [snapshots, regions]);
  const settle = useMemo(() => debounce(setHover, 130), []);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const side = 620 / Math.max(1, regions.length);
    context.clearRect(0, 0, 620, 620);
    for (const cell of cells) {
      const x = regions.indexOf(cell.to) * side;
      const y = regions.indexOf(cell.from) * side;
      context.fillStyle = shade(cell.strain);
      // Own-region corridors are drawn inset: they are tours, not lanes.
      const inset = cell.from === cell.to ? side * 0.17 : 0.5;
      context.fillRect(x + inset, y + inset, side - 2 * inset, side - 2 * inset);
    }
    return () => settle.cancel();
  }, [cells, regions, settle]);

  const locate = (event: React.MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const step = box.width / regions.length;
    const to = regions[Math.floor((event.clientX - box.left) / step)];
    const from = regions[Math.floor((event.clientY - box.top) / step)];
    return cells.find((c) => c.from === from && c.to === to) ?? null;
  };

  return (
    <figure className="lane-heatmap">
      <canvas
        ref={canvas}
        width={620}
        height={620}
        onMouseMove={(event) => settle(locate(event))}
        onClick={(event) => locate(event)?.lanes.slice(0, 1).forEach(onPick)}
      />
      {hover && (
        <figcaption>
          {hover.from} to {hover.to}: {hover.level.toFixed(3)} per km, {hover.lanes.length} lanes
        </figcaption>
      )}
    </figure>
  );
}

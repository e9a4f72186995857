import type { Horizon } from "./laneClient";

export interface Draft {
  lane: string;
  km: number;
  tonnes: number;
  pallets: number;
  pickupBy: string;
  horizon: Horizon;
}

export interface Offer {
  totalMinor: number;
  perKmMinor: number;
  validUntil: string;
  reasons: { code: string; factor: number }[];
}

/** A negotiation is a ladder of at most five rungs between anchor and floor. */
export interface Negotiation {
  draft: Draft;
  anchor: Offer | null;
  rung: number;
  asks: number[];
  phase: "drafting" | "pricing" | "open" | "closed" | "walked";
  warning?: string;
}

export type QuoteAction =
  | { type: "edited"; patch: Partial<Draft> }
  | { type: "priceRequested" }
  | { type: "priced"; offer: Offer; floorMinor: number }
  | { type: "countered"; askMinor: number }
  | { type: "expired"; at: string }
  | { type: "accepted" };

/**
 * Concessions shrink by the golden section: the first gives away 38 % of the
 * room, the next 38 % of what is left. A shipper who jumps by less than a
 * twelfth of the room gets half a step only.
 */
export function concede(current: number, floor: number, previousAsk: number | null, ask: number): number {
  const room = current - floor;
  if (room <= 0) return current;
  const moved = previousAsk === null ? room : ask - previousAsk;
  const share = moved < room / 12 ? 0.191 : 0.382;
  const target = current - room * share;
  return Math.max(Math.ceil(target / 500) * 500 - 100, floor, Math.min(ask, current));
}

const floors = new WeakMap<Offer, number>();

export const emptyNegotiation = (draft: Draft): Negotiation => ({
  draft,
  anchor: null,
  rung: 0,
  asks: [],
  phase: "drafting",
});

export function quoteReducer(state: Negotiation, action: QuoteAction): Negotiation {
  switch (action.type) {
    case "edited": {
      const draft = { ...state.draft, ...action.patch };
      const density = draft.tonnes / Math.max(1, draft.pallets);
      const warning =
        density > 0.97 ? "axle load: split the pallets over two bays" :
        density < 0.09 ? "air freight? this trailer would drive nearly empty" :
        undefined;
      return { ...emptyNegotiation(draft), warning };
    }
    case "priceRequested":
      return state.phase === "drafting" || state.phase === "walked" ? { ...state, phase: "pricing" } : state;
    case "priced": {
      floors.set(action.offer, action.floorMinor);
      return { ...state, anchor: action.offer, rung: 0, asks: [], phase: "open" };
    }
    case "countered": {
      if (state.phase !== "open" || state.anchor === null) return state;
      const floor = floors.get(state.anchor) ?? state.anchor.totalMinor;
      const last = state.asks.length > 0 ? state.asks[state.asks.length - 1] : null;
      if (action.askMinor >= state.anchor.totalMinor) {
        return { ...state, phase: "closed" };
      }
      if (state.rung >= 4 || action.askMinor < floor * 0.61) {
        return { ...state, asks: [...state.asks, action.askMinor], phase: "walked" };
      }
      const next = concede(state.anchor.totalMinor, floor, last, action.askMinor);
      const anchor: Offer = {
        ...state.anchor,
        totalMinor: next,
        perKmMinor: Math.round(next / Math.max(63, state.draft.km)),
        reasons: [...state.anchor.reasons, { code: `rung-${state.rung + 1}`, factor: next / state.anchor.totalMinor }],
      };
      floors.set(anchor, floor);
      return { ...state, anchor, rung: state.rung + 1, asks: [...state.asks, action.askMinor] };
    }
    case "expired":
      return state.anchor && action.at >= state.anchor.validUntil ? { ...state, anchor: null, phase: "drafting" } : state;
    case "accepted":
      return state.phase === "open" ? { ...state, phase: "closed" } : state;
  }
}

/**
 * The live socket: snapshot, ticks, events; reconnects where it left off. States lie in one map that is changed in
 * place; readers draw it when they want (once per animation frame, twice a second for tables), never per message.
 */
import type { Link, LiveFacts, Sample } from "./shapes";

export const SILENCE_MS = 2_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const HIDDEN_MS = 3_000;
const TRAIL_POINTS = 240;
const TRAIL_STEP_MS = 500;
const MOST_EVENTS = 200;
const CLOSED = { not_signed_in: 4401, not_yours: 4403, too_slow: 4408 };

export interface Gateway {
  name: string;
  age_s: number;
}

/** A link that no grant admits, as the gateways count it. */
export interface Unadmitted {
  source: string;
  system_id: number | null;
  reason: string;
  packets: number;
  last: string;
  /** what it told of itself: hex digits, message names, and its heartbeat */
  first_bytes: string;
  messages: string[];
  vehicle: string | null;
  autopilot: string | null;
}

export interface LiveFlight {
  facts: LiveFacts;
  sample: Sample | null;
  link: Link | null;
  /** age in s when it was told, and the monotonic clock then */
  age_s: number | null;
  told_ms: number;
  trail: [number, number][];
  trail_ms: number;
}

export interface LiveEvent {
  position: number;
  kind: string;
  at: Date;
  booking?: string;
  flight_ids?: string[];
  state?: string;
  phase?: string;
}

export type Standing = "connecting" | "live" | "silent" | "unknown" | "refused";

interface Frame {
  type: "snapshot" | "resumed" | "tick" | "event" | "unknown";
  t?: string;
  epoch?: string;
  position?: number;
  kind?: string;
  time?: string;
  flights?: LiveFacts[];
  gateways?: Gateway[];
  range?: { gateways?: Gateway[]; unadmitted?: Unadmitted[] };
  unadmitted?: Unadmitted[];
  reason?: string;
}

export class Live {
  readonly flights = new Map<string, LiveFlight>();
  events: LiveEvent[] = [];
  gateways: Gateway[] = [];
  unadmitted: Unadmitted[] = [];
  /** counts what was heard; a reader that saw this number has nothing to draw */
  revision = 0;
  onevent: (event: LiveEvent) => void = () => {};
  onsnapshot: () => void = () => {};

  private socket: WebSocket | null = null;
  private epoch = "";
  private position = 0;
  private heard_ms = -Infinity;
  private server: { at: number; heard_ms: number } | null = null;
  private wait_ms = FIRST_WAIT_MS;
  private hidden_ms = 0;
  private refused = false;
  private unknown = false;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
    document.addEventListener("visibilitychange", () => this.seen());
  }

  open(): void {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const resume = this.epoch ? `?epoch=${encodeURIComponent(this.epoch)}&position=${this.position}` : "";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}${resume}`);
    this.socket = socket;
    socket.onmessage = (message) => this.take(JSON.parse(String(message.data)) as Frame);
    socket.onclose = (close) => {
      if (socket === this.socket) this.closed(close.code);
    };
  }

  /** What may be believed now. Two seconds of silence are enough to doubt all of it. */
  get standing(): Standing {
    if (this.refused) return "refused";
    if (this.heard_ms === -Infinity) return "connecting";
    if (this.unknown) return "unknown";
    return performance.now() - this.heard_ms > SILENCE_MS ? "silent" : "live";
  }

  /** Seconds since the last frame. */
  get silence_s(): number {
    return (performance.now() - this.heard_ms) / 1000;
  }

  /** The server's clock, carried on by the monotonic one; the browser's own until the first tick. */
  now(): Date {
    return this.server ? new Date(this.server.at + performance.now() - this.server.heard_ms) : new Date();
  }

  /** Age of a flight's state in s, or null when it was never heard. */
  age_s(one: LiveFlight): number | null {
    return one.age_s === null ? null : one.age_s + (performance.now() - one.told_ms) / 1000;
  }

  /** Oldest heartbeat of any gateway in s, carried on; null while none is known. */
  get heartbeat_s(): number | null {
    const ages = this.gateways.map((gateway) => gateway.age_s);
    return ages.length ? Math.max(...ages) + this.silence_s : null;
  }

  private take(frame: Frame): void {
    this.heard_ms = performance.now();
    this.unknown = frame.type === "unknown";
    if (frame.t) this.server = { at: Date.parse(frame.t), heard_ms: this.heard_ms };
    if (frame.type === "event") {
      this.event(frame);
    } else if (frame.type !== "unknown") {
      this.states(frame);
    }
    this.revision += 1;
  }

  private states(frame: Frame): void {
    if (frame.type !== "tick") {
      this.wait_ms = FIRST_WAIT_MS;
      this.epoch = frame.epoch ?? "";
      this.position = frame.type === "snapshot" ? (frame.position ?? 0) : this.position;
      const present = new Set((frame.flights ?? []).map((flight) => flight.id));
      for (const id of this.flights.keys()) if (!present.has(id)) this.flights.delete(id);
    }
    this.gateways = frame.gateways ?? frame.range?.gateways ?? this.gateways;
    this.unadmitted = frame.unadmitted ?? frame.range?.unadmitted ?? this.unadmitted;
    for (const row of frame.flights ?? []) this.state(row);
    if (frame.type !== "tick") this.onsnapshot();
  }

  private state(row: LiveFacts): void {
    const known = this.flights.get(row.id);
    const trail = known?.trail ?? [];
    const one: LiveFlight = {
      facts: { ...known?.facts, ...row },
      sample: row.sample ?? known?.sample ?? null,
      link: row.link ?? known?.link ?? null,
      age_s: row.age_s ?? known?.age_s ?? null,
      told_ms: this.heard_ms,
      trail,
      trail_ms: known?.trail_ms ?? -Infinity,
    };
    const { longitude_deg, latitude_deg } = one.sample ?? {};
    if (longitude_deg !== undefined && latitude_deg !== undefined && this.heard_ms - one.trail_ms > TRAIL_STEP_MS) {
      trail.push([longitude_deg, latitude_deg]);
      if (trail.length > TRAIL_POINTS) trail.shift();
      one.trail_ms = this.heard_ms;
    }
    this.flights.set(row.id, one);
  }

  private event(frame: Frame): void {
    this.position = frame.position ?? this.position;
    const at = frame.time ? new Date(frame.time) : this.now();
    const event = { ...frame, position: this.position, kind: frame.kind ?? "", at } as LiveEvent;
    this.events = [event, ...this.events].slice(0, MOST_EVENTS);
    this.onevent(event);
  }

  private closed(code: number): void {
    if (code === CLOSED.not_signed_in) {
      location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname)}`);
    } else if (code === CLOSED.not_yours) {
      this.refused = true;
    } else {
      setTimeout(() => this.open(), this.wait_ms * (0.5 + Math.random() / 2));
      this.wait_ms = Math.min(LONGEST_WAIT_MS, this.wait_ms * 2);
    }
    this.revision += 1;
  }

  /** A tab that was hidden takes a fresh snapshot: a backlog would be shown as if it were now. */
  private seen(): void {
    if (document.hidden) {
      this.hidden_ms = performance.now();
    } else if (performance.now() - this.hidden_ms > HIDDEN_MS) {
      this.refresh();
    }
  }

  /** Take a fresh snapshot over a new socket. */
  refresh(): void {
    if (this.refused) return;
    this.epoch = "";
    const old = this.socket;
    this.open();
    old?.close();
  }
}

/** Call `draw` once per animation frame. */
export function everyFrame(draw: () => void): () => void {
  let handle = requestAnimationFrame(function step() {
    draw();
    handle = requestAnimationFrame(step);
  });
  return () => cancelAnimationFrame(handle);
}

export const live_path = (flight?: string) => (flight ? `/ws/flights/${flight}` : "/ws/range");

/**
 * The state of one connection: the chart's table, walked by the crossings of counts over watermarks. It knows nothing of
 * messages: its owner tells it the counts when they have passed `upMessages`, `upBytes` or `downMessages`, `downBytes`, and
 * performs the actions that a step asks for.
 */
import {
  Action,
  actionMasks,
  type ConnectionState,
  connectionStates,
  Event,
  events,
  type Health,
  healths,
  ladder,
  next,
  rungs,
  severityOf,
  states,
  type Watermarks,
} from "@sluice/machines";
import type { Volume } from "../ledger/Volume.js";
import type { Problem } from "../problems/Problem.js";
import { aCount, oneOf, type Shapes, someMillis } from "../problems/Rules.js";

/** Told of the steps of the chart. */
export interface StepListener {
  /** `mask` has the bits of `Action` that fired; `event` is a number of `Event`. */
  onStep(event: number, from: number, to: number, mask: number): void;
}

/** Where the chart is, and what its steps have counted. */
export interface FlowSnapshot {
  readonly state: ConnectionState;
  readonly health: Health;
  readonly throttleEvents: number;
  readonly pauseEvents: number;
  readonly pausedMillis: number;
}

export class Flow {
  /** The row of the transition table. */
  stateId = 0;
  /** 0 normal, 1 throttled, 2 paused, 3 dropping; -1 once closing. */
  rung = 0;
  /** At or above either of these a mark is reached. */
  upMessages = Infinity;
  upBytes = Infinity;
  /** At or below both of these a mark is cleared. */
  downMessages = -Infinity;
  downBytes = -Infinity;

  throttleEvents = 0;
  pauseEvents = 0;

  #pausedMillis = 0;
  #pausedSince = -1;
  #lastHealth: Health = "healthy";
  #marks: Watermarks;
  readonly #clock: { millis(): number };
  readonly #listener: StepListener;

  /** The clock is monotonic, such as `Elapsed`, and is read at crossings only. */
  constructor(marks: Watermarks, clock: { millis(): number }, listener: StepListener) {
    this.#marks = marks;
    this.#clock = clock;
    this.#listener = listener;
    this.#enter(0);
  }

  get state(): ConnectionState {
    return stateNames[this.stateId] as ConnectionState;
  }

  /** Once closing: the health it had when it was open. */
  get health(): Health {
    return healthNames[this.stateId] ?? this.#lastHealth;
  }

  /** Whether new messages are taken. */
  get isOpen(): boolean {
    return this.rung >= 0;
  }

  /** Time in paused and dropping so far, in milliseconds. */
  get pausedMillis(): number {
    const current = this.#pausedSince < 0 ? 0 : this.#clock.millis() - this.#pausedSince;
    return this.#pausedMillis + current;
  }

  /** The counts have grown: takes every mark they have reached, one after another. */
  rise(messages: number, bytes: number): void {
    while (messages >= this.upMessages || bytes >= this.upBytes) {
      this.step(this.rung === 0 ? Event["throttle.reached"] : Event["pause.reached"]);
    }
  }

  /** The counts have shrunk: leaves every mark they have cleared, one after another. */
  fall(messages: number, bytes: number): void {
    while (messages <= this.downMessages && bytes <= this.downBytes) {
      this.step(downEvents[this.rung] as number);
    }
  }

  /** A message found no room: its demand has passed every mark on the way. */
  overflow(): void {
    if (this.rung === 0) this.step(Event["throttle.reached"]);
    if (this.rung === 1) this.step(Event["pause.reached"]);
    this.step(Event.overflow);
  }

  /** Whether one more message that finds no room changes nothing. */
  get isOverflowing(): boolean {
    return overflowing[this.stateId] as boolean;
  }

  /** Follows the health region to where a drop rate says it is, one mark after another. */
  follow(health: Health): void {
    if (health === this.health) return;
    const target = severityOf(health);
    while (this.isOpen && severityOf(this.health) < target) {
      this.step(Event[this.health === "healthy" ? "degraded.reached" : "unhealthy.reached"]);
    }
    while (this.isOpen && severityOf(this.health) > target) {
      this.step(Event[this.health === "unhealthy" ? "unhealthy.cleared" : "degraded.cleared"]);
    }
  }

  /** One event: looks the next state up, performs what is its own, and tells the listener. */
  step(event: number): void {
    const from = this.stateId;
    const cell = from * events.length + event;
    const to = next[cell] as number;
    const mask = actionMasks[cell] as number;
    if (to === from && mask === 0) return;
    this.#lastHealth = this.health;
    this.#enter(to);
    if (mask & Action.countThrottle) this.throttleEvents++;
    if (mask & Action.startPause) {
      this.pauseEvents++;
      this.#pausedSince = this.#clock.millis();
    }
    if (mask & Action.endPause) this.#endPause();
    this.#listener.onStep(event, from, to, mask);
  }

  /** From now on these are the marks: leaves and takes those that the counts have passed. */
  remark(marks: Watermarks, messages: number, bytes: number): void {
    this.#marks = marks;
    this.#mark();
    this.fall(messages, bytes);
    this.rise(messages, bytes);
  }

  /** Whether it is where it began. */
  get isAtStart(): boolean {
    return this.stateId === 0;
  }

  /** Goes on from what was counted before. */
  goOn(past: Omit<FlowSnapshot, "state" | "health">): void {
    this.throttleEvents = past.throttleEvents;
    this.pauseEvents = past.pauseEvents;
    this.#pausedMillis = past.pausedMillis;
  }

  snapshot(): FlowSnapshot {
    const { state, health, throttleEvents, pauseEvents, pausedMillis } = this;
    return { state, health, throttleEvents, pauseEvents, pausedMillis };
  }

  /** Goes on from a snapshot. The listener is not told: nothing has happened. */
  restore(snapshot: FlowSnapshot): void {
    const { state, health } = snapshot;
    const isThere = (row: number) =>
      stateNames[row] === state && (healthNames[row] ?? health) === health;
    this.#enter(states.findIndex(({ id }) => isThere(id)));
    this.#lastHealth = health;
    this.goOn(snapshot);
    // A pause lasts as long as the two upper rungs.
    if (this.rung >= 2) this.#pausedSince = this.#clock.millis();
  }

  #enter(row: number): void {
    const rung = rungs[row] as number;
    this.stateId = row;
    this.rung = rung;
    this.#mark();
  }

  #mark(): void {
    const { rung } = this;
    this.upMessages = this.#marks.upMessages[rung] ?? Infinity;
    this.upBytes = this.#marks.upBytes[rung] ?? Infinity;
    this.downMessages = this.#marks.downMessages[rung] ?? -Infinity;
    this.downBytes = this.#marks.downBytes[rung] ?? -Infinity;
  }

  #endPause(): void {
    this.#pausedMillis = this.pausedMillis;
    this.#pausedSince = -1;
  }
}

const overflowing = states.map((_, row) => {
  const cell = row * events.length + Event.overflow;
  return rungs[row] === 3 && next[cell] === row && actionMasks[cell] === 0;
});
const stateNames = states.map(({ state }) => state);
const healthNames = states.map(({ health }) => health);
const downEvents = [-1, Event["throttle.cleared"], Event["pause.cleared"], Event.room];

/** The form of a flow from outside. */
export const flowShape: Shapes = {
  state: oneOf(connectionStates),
  health: oneOf(healths),
  throttleEvents: aCount,
  pauseEvents: aCount,
  pausedMillis: someMillis,
};

/**
 * A state agrees with what is held and with how many wait: marks are looked at only when counts pass them, so a
 * state that did not agree would stay wrong.
 */
export function* flowProblems(
  { upMessages, upBytes, downMessages, downBytes }: Watermarks,
  state: ConnectionState,
  { messages, bytes }: Volume,
  waiting: number,
): Generator<Problem> {
  const rung = ladder.indexOf(state);
  if (rung < 0) {
    const rule = `must be empty once ${state}`;
    if (waiting > 0) yield { field: "waiting.length", value: waiting, rule };
    if (state === "closed" && messages > 0) {
      yield { field: "buffered.length", value: messages, rule };
    }
    return;
  }
  const isAbove = messages >= Number(upMessages[rung]) || bytes >= Number(upBytes[rung]);
  const isBelow = messages <= Number(downMessages[rung]) && bytes <= Number(downBytes[rung]);
  if (isAbove || isBelow) {
    const fill = `${messages} messages of ${bytes} bytes`;
    yield { field: "state", value: state, rule: `must agree with the marks at ${fill}` };
  }
}

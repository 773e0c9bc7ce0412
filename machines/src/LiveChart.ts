/** The chart as a running XState actor: what the transition table, and all that look things up in it, must agree with. */
import { createActor, type InspectionEvent, type Observer } from "xstate";
import { connectionMachine } from "./connectionMachine.js";
import { actions, type ConnectionAction, events, states } from "./TransitionTable.js";

export interface LiveChartOptions {
  /** The row of the table to begin in; by default 0, the initial state. */
  readonly stateId?: number;
  /** The actor's name for who inspects it. */
  readonly id?: string;
  /** Told by XState of all that happens to the actor. */
  readonly inspect?: Observer<InspectionEvent>;
}

/**
 * A running actor of the chart, fed by the numbers of events.
 *
 * @example
 * ```ts
 * import { Event } from "@sluice/machines";
 * import { LiveChart } from "@sluice/machines/chart";
 *
 * const chart = new LiveChart();
 * chart.send(Event["throttle.reached"]); // => ["countThrottle"]
 * chart.value; // => { open: { flow: "throttled", health: "healthy" } }
 * ```
 */
export class LiveChart {
  readonly #performed: Array<ConnectionAction> = [];
  readonly #actor;

  /** @throws {RangeError} when the table has no such row. */
  constructor({ stateId = 0, ...options }: LiveChartOptions = {}) {
    const state = states[stateId];
    if (state === undefined) {
      throw new RangeError(
        `stateId (${stateId}) must be a row of the table, 0 to ${states.length - 1}`,
      );
    }
    const perform = Object.fromEntries(
      actions.map((name) => [name, () => void this.#performed.push(name)]),
    ) as Record<ConnectionAction, () => void>;
    const machine = connectionMachine.provide({ actions: perform });
    const snapshot = machine.resolveState({ value: state.value as StateValue });
    this.#actor = createActor(machine, { ...options, snapshot }).start();
  }

  /** The state as XState writes it. */
  get value(): unknown {
    return this.#actor.getSnapshot().value;
  }

  /** Whether it has neither ended nor been stopped. */
  get isActive(): boolean {
    return this.#actor.getSnapshot().status === "active";
  }

  /** Sends the event with that number; says which actions were performed, in order. */
  send(event: number): ReadonlyArray<ConnectionAction> {
    this.#performed.length = 0;
    const type = events[event];
    // XState refuses events to an actor that has ended, and says so on the console.
    if (type !== undefined && this.isActive) this.#actor.send({ type });
    return [...this.#performed];
  }

  /** Ends the actor, wherever it is. */
  stop(): void {
    this.#actor.stop();
  }
}

type StateValue = Parameters<typeof connectionMachine.resolveState>[0]["value"];

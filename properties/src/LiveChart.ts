/** The chart as a running XState actor, fed by events: what the transition table must agree with. */
import { actions, type ConnectionAction, connectionMachine, events } from "@sluice/machines";
import { createActor } from "xstate";

export class LiveChart {
  readonly #performed: Array<ConnectionAction> = [];
  readonly #actor;

  constructor() {
    const perform = Object.fromEntries(
      actions.map((name) => [name, () => void this.#performed.push(name)]),
    ) as Record<ConnectionAction, () => void>;
    this.#actor = createActor(connectionMachine.provide({ actions: perform })).start();
  }

  /** The state as XState writes it. */
  get value(): unknown {
    return this.#actor.getSnapshot().value;
  }

  /** Sends the event with that number; says which actions were performed, in order. */
  send(event: number): ReadonlyArray<ConnectionAction> {
    this.#performed.length = 0;
    const type = events[event];
    // XState refuses events to an actor that has ended, and says so on the console.
    if (type !== undefined && this.#actor.getSnapshot().status === "active") {
      this.#actor.send({ type });
    }
    return [...this.#performed];
  }
}

/**
 * A mirror of one connection: an XState actor of the chart, fed with that connection's own steps.
 *
 * It begins in the row that the connection is in, and after every step the two must be in the same state and have
 * performed the same actions. Where they differ, the mirror says so once and ends: what it would show from then on
 * could be wrong. It ends with its connection.
 */
import { isDeepStrictEqual } from "node:util";
import type { StepListener } from "@sluice/core";
import { actionsOf, events, states } from "@sluice/machines";
import { LiveChart } from "@sluice/machines/chart";
import { Effect } from "effect";
import type { InspectionEvent, Observer } from "xstate";
import { DisagreementError, type Standing } from "./DisagreementError.js";

/** What a mirror needs of a connection: every view of one has it. */
export interface Inspectable {
  readonly id: string;
  readonly stateId: number;
  readonly label?: string | undefined;
  observe(observer: StepListener): () => void;
}

/** Whoever is told by XState what happens to its actors: `createWebSocketInspector` of Stately's makes one, and `Inspector`. */
export interface ActorInspector {
  readonly inspect: Observer<InspectionEvent>;
}

export interface MirrorOptions {
  readonly inspector?: ActorInspector;
  /** What the inspector calls it; by default the connection's id, and its label if it has one. */
  readonly name?: string;
  /** Told when the chart and the connection disagree; by default it is logged as an error. */
  readonly onDisagreement?: (error: DisagreementError) => void;
  /** Called once when it has ended, whatever ended it. */
  readonly onEnd?: () => void;
}

export class Mirror implements StepListener {
  readonly #id: string;
  readonly #options: MirrorOptions;
  readonly #chart: LiveChart;
  readonly #unobserve: () => void;
  #disagreement: DisagreementError | undefined;

  constructor(connection: Inspectable, options: MirrorOptions = {}) {
    this.#id = connection.id;
    this.#options = options;
    this.#chart = new LiveChart({
      stateId: connection.stateId,
      id: options.name ?? nameOf(connection),
      ...(options.inspector && { inspect: harmless(options.inspector) }),
    });
    this.#unobserve = this.isActive ? connection.observe(this) : () => {};
  }

  /** The state of the chart, as XState writes it. */
  get value(): unknown {
    return this.#chart.value;
  }

  /** Whether it still follows its connection. */
  get isActive(): boolean {
    return this.#chart.isActive;
  }

  /** Why it is not to be trusted, if it is not. */
  get disagreement(): DisagreementError | undefined {
    return this.#disagreement;
  }

  /** Lets go of the connection. */
  stop(): void {
    if (this.isActive) this.#end();
  }

  /** @internal */
  onStep(event: number, from: number, to: number, mask: number): void {
    if (!this.isActive) return;
    const before = this.value;
    const actions = this.#chart.send(event);
    const chart = { before, after: this.value, actions };
    const taken = {
      before: states[from]?.value,
      after: states[to]?.value,
      actions: actionsOf(mask),
    };
    if (!isDeepStrictEqual(chart, taken)) this.#disagree(event, taken, chart);
    else if (!this.isActive) this.#end();
  }

  #disagree(event: number, taken: Standing, chart: Standing): void {
    const type = events[event] ?? `event ${event}`;
    const error = new DisagreementError({ connection: this.#id, event: type, taken, chart });
    this.#disagreement = error;
    this.#end();
    if (this.#options.onDisagreement !== undefined) this.#options.onDisagreement(error);
    else Effect.runFork(Effect.logError(error.message));
  }

  #end(): void {
    this.#unobserve();
    this.#chart.stop();
    this.#options.onEnd?.();
  }
}

/** An inspector that throws is told nothing any more: it must not be felt by the connection. */
function harmless({ inspect }: ActorInspector): Observer<InspectionEvent> {
  let isBroken = false;
  return {
    next: (event) => {
      if (isBroken) return;
      try {
        inspect.next?.(event);
      } catch (defect) {
        isBroken = true;
        Effect.runFork(Effect.logError("an inspector failed, and is told nothing more", defect));
      }
    },
  };
}

/** `c7 Ada`: an id alone says little to a person. */
export function nameOf({ id, label }: Pick<Inspectable, "id" | "label">): string {
  return label === undefined ? id : `${id} ${label}`;
}

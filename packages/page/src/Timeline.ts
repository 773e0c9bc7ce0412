/** What one connection does, moment by moment, for the page that looks at it. */
import type { StepListener } from "@sluice/core";
import type { CloseInfo } from "@sluice/runtime";
import type { UwsConnection } from "@sluice/uws";
import type { Moment, Step } from "./Protocol.js";

/** How often fill is looked at. */
const everyMillis = 125;

/** Steps told in one moment; a connection that flaps at every message has its latest told and the rest counted. */
const maxSteps = 64;

export class Timeline implements StepListener {
  readonly #connection: UwsConnection;
  readonly #tell: (moment: Moment) => void;
  readonly #stops: ReadonlyArray<() => void>;
  #steps: Array<Step> = [];
  #omitted = 0;

  /** Tells of the connection until it is stopped or the connection has closed. */
  constructor(connection: UwsConnection, tell: (moment: Moment) => void) {
    this.#connection = connection;
    this.#tell = tell;
    const timer = setInterval(() => this.#look(), everyMillis);
    this.#stops = [
      () => clearInterval(timer),
      connection.observe(this),
      connection.onClosed((info) => {
        this.#look(info);
        this.stop();
      }),
    ];
    this.#look();
  }

  onStep(event: number, from: number, to: number): void {
    this.#steps.push([now(), event, from, to]);
    if (this.#steps.length <= maxSteps) return;
    this.#steps.shift();
    this.#omitted++;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #look(info?: CloseInfo): void {
    const { id, configuration, stateId, fill, delayMillis } = this.#connection;
    const { throttleAt, pauseAt, hysteresis, maxMessages, maxBytes } = configuration;
    const steps = this.#steps;
    const omitted = this.#omitted;
    this.#steps = [];
    this.#omitted = 0;
    this.#tell({
      type: "moment",
      id,
      atMillis: now(),
      marks: { throttleAt, pauseAt, hysteresis, maxMessages, maxBytes },
      state: stateId,
      fill,
      delayMillis,
      steps,
      omitted,
      ...(info && { closed: { code: info.code, reason: info.reason, by: info.by } }),
    });
  }
}

function now(): number {
  return Math.round(performance.now() * 10) / 10;
}

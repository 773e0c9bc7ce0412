/**
 * The tail of a connection that has ended in order: what its client has not read yet, and the goodbye behind it.
 *
 * A socket that is closed before its client has read what the kernel holds for it may lose that: some close it after
 * some seconds, and if the client has spoken meanwhile, the kernel throws away what has not been read. So the goodbye
 * waits until the client is known to have read everything, for a minute at the most.
 */
import type { Farewell } from "../actor/CloseInfo.js";
import { readingMillis } from "../hub/Idleness.js";
import type { Probe } from "./Probe.js";

/** What a tail does to its socket. */
export interface TailActions {
  /** Says goodbye now. The socket may tell from inside of it that it has closed. */
  readonly say: (farewell: Farewell) => void;
  /** Called when the goodbye has to wait: the socket stays until the client has read what is on its way. */
  readonly linger: () => void;
}

export class Tail {
  readonly #probe: Probe | undefined;
  readonly #actions: TailActions;
  /** Said, when the client has read everything, or the time for it is over. */
  #farewell: Farewell | undefined;
  #timer: NodeJS.Timeout | undefined;
  #whenGone: Array<() => void> | undefined;
  #isGone = false;

  /** Without a probe nothing is known of a client, and nobody waits for it. */
  constructor(probe: Probe | undefined, actions: TailActions) {
    this.#probe = probe;
    this.#actions = actions;
  }

  /** Says goodbye; in order, that is not before the client has read what was sent, if it answers. */
  end(farewell: Farewell, isOrderly: boolean): void {
    const probe = this.#probe;
    if (!isOrderly || probe === undefined || probe.isRead || !probe.hasAnswered) {
      this.#actions.say(farewell);
      return;
    }
    this.#farewell = farewell;
    this.#timer = setTimeout(() => this.leave(), readingMillis);
    probe.ask();
    this.#actions.linger();
  }

  /** The client has answered: says goodbye if it has read everything. */
  answered(): void {
    // Not from inside a callback of its socket: what is said there may lie in a cork, and is lost if the server ends now.
    if (this.#farewell !== undefined && this.#probe?.isRead) setImmediate(() => this.leave());
  }

  /** Says goodbye now, if it lingers: the client has read everything, or nobody waits for it any longer. */
  leave(): void {
    const farewell = this.#farewell;
    if (farewell === undefined || this.#isGone) return;
    this.#farewell = undefined;
    clearTimeout(this.#timer);
    this.#actions.say(farewell);
    this.#tellAll();
  }

  /** Resolves when it lingers no longer; after `withinMillis` it does not. */
  async left(withinMillis: number): Promise<void> {
    if (this.#farewell === undefined || this.#isGone) return;
    const timer = setTimeout(() => this.leave(), Math.max(0, withinMillis));
    await new Promise<void>((resolve) => {
      this.#whenGone ??= [];
      this.#whenGone.push(resolve);
    });
    clearTimeout(timer);
  }

  /** The socket has closed. */
  closed(): void {
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#tellAll();
  }

  #tellAll(): void {
    const told = this.#whenGone ?? [];
    this.#whenGone = undefined;
    for (const tell of told) tell();
  }
}

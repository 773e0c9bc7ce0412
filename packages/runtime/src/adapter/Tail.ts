/**
 * The tail of a connection that has ended in order: what its client has not read yet, and the goodbye behind it.
 *
 * A socket that is closed before its client has read what the kernel holds for it may lose that: some close it after
 * some seconds, and if the client has spoken meanwhile, the kernel throws away what has not been read. So the goodbye
 * waits until the client is known to have read everything, for a minute at the most.
 */
import type { Farewell } from "../actor/CloseInfo.js";
import { readingMillis } from "../hub/Idleness.js";
import type { Unread } from "./Pingable.js";

/** What a tail does to its socket. */
export interface TailActions {
  /** Says goodbye now. The socket may tell from inside of it that it has closed. */
  readonly say: (farewell: Farewell) => void;
  /** Called when the goodbye has to wait: the socket stays until the client has read what is on its way. */
  readonly linger: () => void;
  /** The goodbye that had waited could not be said. */
  readonly failed: (defect: unknown) => void;
}

export class Tail {
  readonly #actions: TailActions;
  /** Said, when the client has read everything, or the time for it is over. */
  #farewell: Farewell | undefined;
  #timer: NodeJS.Timeout | undefined;
  #whenGone: Array<() => void> | undefined;
  #isGone = false;

  constructor(actions: TailActions) {
    this.#actions = actions;
  }

  /** Says goodbye; not before the client has read what it has not, if that is known. */
  end(farewell: Farewell, unread: Unread | undefined): void {
    if (unread === undefined) {
      this.#actions.say(farewell);
      return;
    }
    this.#farewell = farewell;
    this.#timer = setTimeout(() => this.leave(), readingMillis);
    // Not from inside a callback of its socket: what is said there may lie in a cork, and is lost if the server ends now.
    unread.whenRead(() => setImmediate(() => this.leave()));
    unread.ask();
    this.#actions.linger();
  }

  /** Says goodbye now, if it lingers: the client has read everything, or nobody waits for it any longer. */
  leave(): void {
    const farewell = this.#farewell;
    if (farewell === undefined || this.#isGone) return;
    this.#farewell = undefined;
    clearTimeout(this.#timer);
    try {
      this.#actions.say(farewell);
    } catch (defect) {
      this.#actions.failed(defect);
    }
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

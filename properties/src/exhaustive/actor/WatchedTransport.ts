/** A scripted transport that takes notes of what the actor has learnt of it, and when. */
import { SendStatus } from "@sluice/runtime";
import { ScriptedTransport } from "@sluice/runtime/testing";
import type { Message } from "../../laws/Transition.js";

export class WatchedTransport extends ScriptedTransport<Message> {
  /** When the actor looked last, and when it last saw less than before, in milliseconds. */
  lookedMillis = 0;
  progressMillis = 0;
  /** What it saw. */
  seenBytes = 0;
  readonly #now: () => number;
  readonly #refuses: boolean;
  #takenBytes = 0;

  /** One that refuses takes only what the peer takes at once, and holds nothing itself. */
  constructor(now: () => number, refuses: boolean) {
    super({ sizeOf: ({ bytes }) => bytes, room: 0 });
    this.#now = now;
    this.#refuses = refuses;
  }

  /** What it holds, by the books of this class: a closed transport may not be asked. */
  get heldBytes(): number {
    return this.accepted.reduce((sum, { bytes }) => sum + bytes, 0) - this.#takenBytes;
  }

  override send(message: Message): SendStatus {
    const isRefused = this.#refuses && this.heldBytes >= 0 && !this.isClosed;
    return isRefused ? SendStatus.refused : super.send(message);
  }

  override bufferedBytes(): number {
    const bytes = super.bufferedBytes();
    this.lookedMillis = this.#now();
    if (bytes < this.seenBytes || this.seenBytes === 0) this.progressMillis = this.#now();
    this.seenBytes = bytes;
    return bytes;
  }

  /** The peer takes one byte, now or when it comes; no more than one of those that have not come yet. */
  takeOne(): void {
    if (this.isClosed || this.heldBytes <= -1) return;
    this.#takenBytes++;
    this.drain(1);
  }
}

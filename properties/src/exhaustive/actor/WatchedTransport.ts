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
  /** Pings that the peer has neither answered nor passed over, with how many messages were before each. */
  unanswered: ReadonlyArray<{ readonly payload: string; readonly messages: number }> = [];
  readonly #now: () => number;
  readonly #refuses: boolean;
  #takenBytes = 0;

  /** One that refuses takes only what the peer takes at once, and holds nothing itself. */
  constructor(now: () => number, refuses: boolean, isPinged: boolean) {
    super({ sizeOf: ({ bytes }) => bytes, room: 0, isPinged });
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

  override ping(payload: string): boolean {
    // The first one, at the open, has room.
    const hasRoom = this.heldBytes < 0 || this.accepted.length === 0;
    if (this.#refuses && !hasRoom && !this.isClosed) return false;
    super.ping(payload);
    this.unanswered = [...this.unanswered, { payload, messages: this.accepted.length }];
    return true;
  }

  /** Messages that the peer has received in whole. */
  get received(): number {
    let count = 0;
    while (count < this.accepted.length && this.#bytesBefore(count + 1) <= this.#takenBytes)
      count++;
    return count;
  }

  /** The payload of the oldest or the latest ping that the peer has received; those before it are passed over. */
  answer(which: "oldest" | "latest"): string | undefined {
    const received = this.unanswered.filter(
      ({ messages }) => this.#bytesBefore(messages) <= this.#takenBytes,
    );
    const answered = received.at(which === "oldest" ? 0 : -1);
    if (answered === undefined) return undefined;
    this.unanswered = this.unanswered.slice(this.unanswered.indexOf(answered) + 1);
    return answered.payload;
  }

  #bytesBefore(messages: number): number {
    return this.accepted.slice(0, messages).reduce((sum, { bytes }) => sum + bytes, 0);
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

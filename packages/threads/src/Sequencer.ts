/**
 * Gives the messages of ordered channels one order for all threads: it runs in the main thread. A channel whose messages
 * some thread does not take makes its publishers wait, and nothing of it is lost.
 */
import { randomUUID } from "node:crypto";
import type { MessagePort } from "node:worker_threads";
import type { Parcel } from "./Batch.js";
import { Link, type LinkEnd } from "./Link.js";
import { Outgoing } from "./Outgoing.js";
import type { Seam } from "./Seam.js";

/** A position is gapless in its channel, so each channel's is remembered. */
const mostChannels = 100_000;

export class Sequencer implements LinkEnd {
  readonly epoch = randomUUID();
  readonly #seam: Seam;
  readonly #links = new Set<Link>();
  readonly #positions = new Map<string, number>();
  readonly #outgoing = new Outgoing();

  constructor(seam: Seam) {
    this.#seam = seam;
  }

  link(port: MessagePort): void {
    this.#links.add(new Link(port, this.#seam, this));
  }

  take(link: Link, { channel, frame, mark }: Parcel): boolean {
    const last = this.#positions.get(channel);
    if (last === undefined && this.#positions.size >= mostChannels) {
      link.note([{ id: mark, position: 0, reason: "too-many-channels" }]);
      return true;
    }
    const wanting = [...this.#links].filter(({ wants }) => wants.has(channel));
    if (!wanting.every((one) => one.hasRoom(frame.byteLength))) return false;
    const position = (last ?? 0) + 1;
    this.#positions.set(channel, position);
    if (wanting.length > 0) this.#outgoing.add({ channel, frame, mark: position }, wanting);
    link.note([{ id: mark, position }]);
    return true;
  }

  changed(): void {
    for (const link of this.#links) link.retry();
  }

  closed(link: Link): void {
    this.#links.delete(link);
    this.changed();
  }
}

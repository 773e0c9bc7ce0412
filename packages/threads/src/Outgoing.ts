/** What a thread sends to others in a turn of the event loop: one batch, whoever wants what of it. */
import { Batch, type Parcel } from "./Batch.js";
import type { Link } from "./Link.js";

/** A batch of so many bytes does not wait for the end of the turn. */
const mostBytes = 1_024 * 1_024;

export class Outgoing {
  #batch = new Batch();
  #links = new Set<Link>();
  #immediate: NodeJS.Immediate | undefined;

  /** To each of these, which have room. */
  add(parcel: Parcel, links: ReadonlyArray<Link>): void {
    const place = this.#batch.add(parcel);
    for (const link of links) {
      link.mark(place, parcel.frame.byteLength);
      this.#links.add(link);
    }
    if (this.#batch.bytes >= mostBytes) this.flush();
    else this.#immediate ??= setImmediate(() => this.flush());
  }

  flush(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    if (this.#batch.size === 0) return;
    const sealed = this.#batch.seal();
    const links = this.#links;
    this.#batch = new Batch();
    this.#links = new Set();
    for (const link of links) link.send(sealed);
  }
}

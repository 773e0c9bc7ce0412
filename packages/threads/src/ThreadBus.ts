/**
 * The bus of one thread. Each pair of threads has a way of its own. A message goes to those threads only that have members
 * for its channel, and is written once for all of them. Those of an ordered channel go to the main thread, which gives each
 * its position, and come back from there.
 *
 * To a thread that does not take what it is sent nothing more goes when the way is full: that is counted as `thread-slow`,
 * once for each such thread. An ordered message waits instead; when as many wait as a way may hold, it is not stored.
 */

import type { MessagePort } from "node:worker_threads";
import type { Bus, BusNode, BusStatistics, Frame, Stored } from "@sluice/runtime/adapter";
import type { Parcel } from "./Batch.js";
import { Link, type LinkEnd, type StoredNote } from "./Link.js";
import { Outgoing } from "./Outgoing.js";
import { fits, type Seam } from "./Seam.js";
import { Volumes } from "./Volumes.js";
import { Wants } from "./Wants.js";

export interface ThreadBusOptions {
  readonly seam: Seam;
  readonly ordered: ReadonlyArray<string>;
  readonly epoch: string;
  readonly orders: MessagePort;
}

/** Of so many channels it is remembered which threads want them. */
const mostRoutes = 10_000;

export class ThreadBus implements Bus, LinkEnd {
  readonly #options: ThreadBusOptions;
  readonly #orders: Link;
  readonly #ordered: Wants;
  readonly #links = new Set<Link>();
  readonly #routes = new Map<string, ReadonlyArray<Link>>();
  readonly #wants = new Wants();
  readonly #outgoing = new Outgoing();
  readonly #published = new Volumes();
  readonly #received = new Volumes();
  readonly #slow = new Volumes();
  /** Ordered messages for which there is no room on the way. */
  readonly #waiting: Array<Parcel> = [];
  readonly #waitingVolume = new Volumes();
  readonly #unsettled = new Map<number, (stored: Stored) => void>();
  readonly #onChange: () => void;
  #node: BusNode | undefined;
  #numbered = 0;
  #isClosed = false;

  /** `onChange` is told when other threads may want something else than before. */
  constructor(options: ThreadBusOptions, onChange: () => void = () => {}) {
    this.#options = options;
    this.#onChange = onChange;
    this.#ordered = new Wants(options.ordered);
    this.#orders = new Link(options.orders, options.seam, this);
  }

  /** There is another thread. */
  link(port: MessagePort): void {
    if (this.#isClosed) {
      port.close();
      return;
    }
    const link = new Link(port, this.#options.seam, this);
    this.#links.add(link);
    link.want({ joined: this.#wants.all, left: [] });
  }

  // ── What a server asks of it ────────────────────────────────────────────────────────────────────────

  open(node: BusNode): void {
    if (this.#node !== undefined) throw new Error("the bus of a thread serves one Sluice");
    this.#node = node;
    node.onRoom(() => this.#orders.retry());
  }

  join(wanted: string): void {
    this.#wants.add(wanted);
    for (const link of this.#all()) link.want({ joined: [wanted], left: [] });
  }

  leave(wanted: string): void {
    this.#wants.delete(wanted);
    for (const link of this.#all()) link.want({ joined: [], left: [wanted] });
  }

  isOrdered(channel: string): boolean {
    return this.#ordered.size > 0 && this.#ordered.has(channel);
  }

  publish(channel: string, frame: Frame): Promise<Stored> | undefined {
    if (this.isOrdered(channel)) return this.#order(channel, frame);
    if (this.#isClosed) return undefined;
    const wanting = this.#wanting(channel);
    if (wanting.length === 0) return undefined;
    const { byteLength } = frame;
    const ready = wanting.every((link) => link.hasRoom(byteLength))
      ? wanting
      : wanting.filter((link) => link.hasRoom(byteLength));
    for (let lost = ready.length; lost < wanting.length; lost++) this.#slow.add(byteLength);
    if (ready.length === 0) return undefined;
    this.#published.add(byteLength);
    this.#outgoing.add({ channel, frame, mark: 0 }, ready);
    return undefined;
  }

  /** Whether another thread has members for a channel. */
  isWanted(channel: string): boolean {
    return this.#wanting(channel).length > 0;
  }

  get statistics(): BusStatistics {
    const buffered = new Volumes();
    for (const link of this.#all()) {
      buffered.include(link.held);
      buffered.include(link.kept);
    }
    buffered.include(this.#waitingVolume);
    return {
      isConnected: !this.#isClosed && this.#links.size > 0,
      joined: this.#wants.size,
      published: this.#published.shown,
      received: this.#received.shown,
      buffered: buffered.shown,
      dropped: { "thread-slow": this.#slow.shown },
    };
  }

  /** What was published is sent first. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outgoing.flush();
    for (const link of this.#all()) link.close();
    this.#giveUp();
  }

  // ── What other threads say ──────────────────────────────────────────────────────────────────────────

  take(link: Link, { channel, frame, mark }: Parcel): boolean {
    const node = this.#node;
    if (node === undefined) return true;
    if (link === this.#orders) {
      const { epoch } = this.#options;
      if (!node.offer(channel, frame, { epoch, position: mark })) return false;
    } else node.deliver(channel, frame);
    this.#received.add(frame.byteLength);
    return true;
  }

  changed(link: Link): void {
    if (link !== this.#orders) {
      this.#routes.clear();
      this.#onChange();
      return;
    }
    while (this.#waiting[0] !== undefined && this.#sendOrdered(this.#waiting[0])) {
      const [{ frame }] = this.#waiting.splice(0, 1) as [Parcel];
      this.#waitingVolume.remove({ messages: 1, bytes: frame.byteLength });
    }
  }

  stored(notes: ReadonlyArray<StoredNote>): void {
    const { epoch } = this.#options;
    for (const { id, position, reason } of notes) {
      const stored: Stored =
        reason === undefined
          ? { _tag: "Stored", position: { epoch, position } }
          : { _tag: "Unstored", reason };
      this.#unsettled.get(id)?.(stored);
      this.#unsettled.delete(id);
    }
  }

  closed(link: Link): void {
    this.#links.delete(link);
    this.#routes.clear();
    this.#onChange();
    if (link === this.#orders) this.#giveUp();
  }

  // ── Ways ────────────────────────────────────────────────────────────────────────────────────────────

  /** The main thread wants to know what is wanted here only when there are channels that it orders. */
  #all(): ReadonlyArray<Link> {
    return this.#ordered.size === 0 ? [...this.#links] : [...this.#links, this.#orders];
  }

  #wanting(channel: string): ReadonlyArray<Link> {
    const known = this.#routes.get(channel);
    if (known !== undefined) return known;
    const links = [...this.#links].filter(({ wants }) => wants.has(channel));
    if (this.#routes.size >= mostRoutes) this.#routes.clear();
    this.#routes.set(channel, links);
    return links;
  }

  #order(channel: string, frame: Frame): Promise<Stored> {
    const unstored = (reason: string) => Promise.resolve<Stored>({ _tag: "Unstored", reason });
    if (this.#isClosed) return unstored("closed");
    const parcel = { channel, frame, mark: ++this.#numbered };
    if (this.#waiting.length > 0 || !this.#sendOrdered(parcel)) {
      if (!fits(this.#options.seam, this.#waitingVolume, frame.byteLength)) return unstored("full");
      this.#waiting.push(parcel);
      this.#waitingVolume.add(frame.byteLength);
    }
    return new Promise((resolve) => this.#unsettled.set(parcel.mark, resolve));
  }

  #sendOrdered(parcel: Parcel): boolean {
    if (!this.#orders.hasRoom(parcel.frame.byteLength)) return false;
    this.#published.add(parcel.frame.byteLength);
    this.#outgoing.add(parcel, [this.#orders]);
    return true;
  }

  /** What has no position by now is not known to have one. */
  #giveUp(): void {
    for (const resolve of this.#unsettled.values()) resolve({ _tag: "Unstored", reason: "closed" });
    this.#unsettled.clear();
    this.#waiting.length = 0;
    this.#waitingVolume.remove(this.#waitingVolume.shown);
  }
}

/**
 * One end of the way between two threads. What was sent and not taken yet is bounded, in messages and bytes; the order of
 * what is sent is kept within each channel. What the receiver does not take yet waits at its end, and keeps its place in
 * the bound.
 */

import type { MessagePort } from "node:worker_threads";
import type { Volume } from "@sluice/core";
import { opened, type Parcel, type Sealed } from "./Batch.js";
import { fits, type Seam } from "./Seam.js";
import { Volumes } from "./Volumes.js";
import { Wants, type WantsChange } from "./Wants.js";

/** An ordered message has its position. */
export interface StoredNote {
  readonly id: number;
  readonly position: number;
  /** Why it has none. */
  readonly reason?: string;
}

/** What crosses. */
type Crossing =
  | { readonly _tag: "Batch"; readonly sealed: Sealed; readonly places?: ReadonlyArray<number> }
  | { readonly _tag: "Taken"; readonly volume: Volume }
  | { readonly _tag: "Wants"; readonly change: WantsChange }
  | { readonly _tag: "Stored"; readonly notes: ReadonlyArray<StoredNote> };

/** Whoever is at this end. */
export interface LinkEnd {
  /** Whether it takes a message now. One that it does not is shown again by `retry`. */
  take(link: Link, parcel: Parcel): boolean;
  /** The other end takes more, or wants other channels. */
  changed(link: Link): void;
  stored?(notes: ReadonlyArray<StoredNote>): void;
  /** The other end has gone. */
  closed(link: Link): void;
}

export class Link {
  /** What the other end has members for. */
  readonly wants = new Wants();
  /** Sent, or about to be, and not taken. */
  readonly held = new Volumes();
  readonly #port: MessagePort;
  readonly #seam: Seam;
  readonly #end: LinkEnd;
  readonly #kept = new Map<string, Array<Parcel>>();
  readonly #keptVolume = new Volumes();
  #places: Array<number> = [];
  #taken = new Volumes();
  #isClosed = false;

  constructor(port: MessagePort, seam: Seam, end: LinkEnd) {
    this.#port = port;
    this.#seam = seam;
    this.#end = end;
    port.on("message", (crossing: Crossing) => this.#hear(crossing));
    port.on("close", () => this.#gone());
    // What it leads to keeps a thread alive, not the way.
    port.unref();
  }

  /** What waits at this end. */
  get kept(): Volume {
    return this.#keptVolume.shown;
  }

  // ── To the other end ────────────────────────────────────────────────────────────────────────────────

  hasRoom(byteLength: number): boolean {
    return !this.#isClosed && fits(this.#seam, this.held, byteLength);
  }

  /** A message of the batch that is being made goes there. */
  mark(place: number, byteLength: number): void {
    this.#places.push(place);
    this.held.add(byteLength);
  }

  /** The batch is whole. */
  send(sealed: Sealed): void {
    const places = this.#places;
    if (places.length === 0) return;
    this.#places = [];
    const isAll = places.length === sealed.count;
    this.#post({ _tag: "Batch", sealed, ...(!isAll && { places }) });
  }

  want(change: WantsChange): void {
    this.#post({ _tag: "Wants", change });
  }

  note(notes: ReadonlyArray<StoredNote>): void {
    this.#post({ _tag: "Stored", notes });
  }

  /** What was sent reaches the other end before it hears of this. */
  close(): void {
    this.#port.close();
    this.#gone();
  }

  // ── From the other end ──────────────────────────────────────────────────────────────────────────────

  /** Shows what was not taken again. */
  retry(): void {
    if (this.#keptVolume.messages === 0) return;
    for (const [channel, parcels] of this.#kept) {
      let taken = 0;
      for (const parcel of parcels) {
        if (!this.#end.take(this, parcel)) break;
        this.#keptVolume.remove({ messages: 1, bytes: parcel.frame.byteLength });
        this.#taken.add(parcel.frame.byteLength);
        taken++;
      }
      parcels.splice(0, taken);
      if (parcels.length === 0) this.#kept.delete(channel);
    }
    this.#tellTaken();
  }

  #hear(crossing: Crossing): void {
    switch (crossing._tag) {
      case "Batch":
        for (const parcel of opened(crossing.sealed, crossing.places)) this.#take(parcel);
        this.#tellTaken();
        break;
      case "Taken":
        this.held.remove(crossing.volume);
        this.#end.changed(this);
        break;
      case "Wants":
        this.wants.change(crossing.change);
        this.#end.changed(this);
        break;
      case "Stored":
        this.#end.stored?.(crossing.notes);
        break;
      default:
        crossing satisfies never;
    }
  }

  #take(parcel: Parcel): void {
    const { channel, frame } = parcel;
    const before = this.#kept.get(channel);
    if (before === undefined && this.#end.take(this, parcel)) {
      this.#taken.add(frame.byteLength);
      return;
    }
    this.#keptVolume.add(frame.byteLength);
    if (before === undefined) this.#kept.set(channel, [parcel]);
    else before.push(parcel);
  }

  #tellTaken(): void {
    const volume = this.#taken.shown;
    if (volume.messages === 0) return;
    this.#taken = new Volumes();
    this.#post({ _tag: "Taken", volume });
  }

  #post(crossing: Crossing): void {
    if (!this.#isClosed) this.#port.postMessage(crossing);
  }

  #gone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end.closed(this);
  }
}

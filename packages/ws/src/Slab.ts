/**
 * Memory in which the messages of one write are put together, header and payload, one behind the other: a single
 * buffer for the socket, whatever their number. One slab serves all sockets of the thread.
 *
 * A region that its socket has taken at once is used again; one that the socket still holds is left to it.
 */
import { defaultQuantum } from "@sluice/runtime";

/** What one write may put together, in bytes: a quantum, and room to encode text without measuring it first. */
export const regionBytes = defaultQuantum.bytes + 1024;

/** Several regions, for sockets that do not take theirs at once. */
const slabBytes = 4 * regionBytes;

let slab = Buffer.allocUnsafeSlow(slabBytes);
let used = 0;

export class Region {
  buffer: Buffer = slab;
  /** Where what has not been written yet begins and ends. */
  start = 0;
  end = 0;
  #from = 0;

  /** Takes a region. Another one may be taken before this is given back. */
  open(): void {
    if (slab.length - used < regionBytes) {
      slab = Buffer.allocUnsafeSlow(slabBytes);
      used = 0;
    }
    this.buffer = slab;
    this.#from = used;
    this.start = used;
    this.end = used;
    used += regionBytes;
  }

  /** Bytes that are left of it. */
  get room(): number {
    return this.#from + regionBytes - this.end;
  }

  /** What has been put together since it was opened, or since this was asked. */
  take(): Buffer {
    const bytes = this.buffer.subarray(this.start, this.end);
    this.start = this.end;
    return bytes;
  }

  /** Gives it back: all of it when its socket has taken everything, else what it does not need. */
  close(isFree: boolean): void {
    if (this.buffer === slab && used === this.#from + regionBytes) {
      used = isFree ? this.#from : this.end;
    }
  }
}

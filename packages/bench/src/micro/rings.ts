/**
 * The fastest ring buffers of npm (of six that were tried), used as a bounded queue that drops the oldest. They know
 * neither sizes nor states, and count nothing. Each has code of its own, so that the compiler sees one kind of queue.
 */
import Denque from "denque";
import { CircularBuffer } from "mnemonist";
import type { Subject } from "./nanos.js";

export interface Rings {
  /** Offers before what was offered is taken, and how often. */
  readonly batch: number;
  readonly batches: number;
  readonly capacity: number;
}

/** Push and take, and push into a full one. */
export function denque<A>(message: A, { batch, batches, capacity }: Rings): [Subject, Subject] {
  const queue = new Denque<A>([], { capacity });
  const full = new Denque<A>([], { capacity });
  for (let index = 0; index < capacity; index++) full.push(message);
  const times = batch * batches;
  return [
    {
      name: "denque",
      times,
      run: () => {
        let taken = 0;
        for (let left = batches; left > 0; left--) {
          for (let index = 0; index < batch; index++) queue.push(message);
          for (let index = 0; index < batch; index++) if (queue.shift() === message) taken++;
        }
        return taken;
      },
    },
    {
      name: "denque",
      times,
      run: () => {
        let length = 0;
        for (let index = 0; index < times; index++) length += full.push(message);
        return length;
      },
    },
  ];
}

/** The same of the circular buffer of mnemonist. */
export function mnemonist<A>(message: A, { batch, batches, capacity }: Rings): [Subject, Subject] {
  const queue = new CircularBuffer<A>(Array, capacity);
  const full = new CircularBuffer<A>(Array, capacity);
  for (let index = 0; index < capacity; index++) full.push(message);
  const times = batch * batches;
  return [
    {
      name: "mnemonist",
      times,
      run: () => {
        let taken = 0;
        for (let left = batches; left > 0; left--) {
          for (let index = 0; index < batch; index++) queue.push(message);
          for (let index = 0; index < batch; index++) if (queue.shift() === message) taken++;
        }
        return taken;
      },
    },
    {
      name: "mnemonist",
      times,
      run: () => {
        let length = 0;
        for (let index = 0; index < times; index++) length += full.push(message);
        return length;
      },
    },
  ];
}

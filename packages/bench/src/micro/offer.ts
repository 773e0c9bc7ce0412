/**
 * An offer: what it costs to take a message into a bounded queue and to hand it on, against Effect's sliding queue and
 * the fastest rings of npm, which drop the oldest too but know neither sizes nor states, and count nothing.
 */
import { configuration, Outbox } from "@sluice/core";
import { byteLength, Frame, type Message } from "@sluice/uws";
import { Effect, Queue } from "effect";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { nanos, type Subject } from "./nanos.js";
import { QuietConnection } from "./QuietConnection.js";
import { denque, mnemonist } from "./rings.js";

const capacity = 1_000;
/** Offers before what was offered is taken: as many as there are in a busy tick. */
const batch = 10;
const batches = 100;

export const offer: Part = {
  name: "offer",
  figures: {
    offer: "offer and hand over, per message",
    "offer-full": "`offer` into a full outbox, `drop-oldest`",
    "offer-connection": "`offer` to a whole connection and its flush to no socket, per message",
  },
  run,
};

async function run() {
  const rings = { batch, batches, capacity };
  const [ring, ringFull] = denque(frame, rings);
  const [circle, circleFull] = mnemonist(frame, rings);
  const measured = await nanosOf({
    outbox: outbox(),
    outboxFull: outboxFull(),
    connection: connection(),
    queue: queue(),
    queueByFiber: queueByFiber(),
    queueFull: queueFull(),
    ring,
    ringFull,
    circle,
    circleFull,
  });
  const effect = "Effect's queue";
  const byFiber = "Effect's queue by a fiber";
  return [
    figure({
      id: "offer",
      unit: "ns",
      ours: measured.outbox,
      peers: {
        [effect]: measured.queue,
        [byFiber]: measured.queueByFiber,
        mnemonist: measured.circle,
        denque: measured.ring,
      },
      goals: [{ atMost: 1, of: effect }],
    }),
    figure({
      id: "offer-full",
      unit: "ns",
      ours: measured.outboxFull,
      peers: {
        [effect]: measured.queueFull,
        mnemonist: measured.circleFull,
        denque: measured.ringFull,
      },
      goals: [{ atMost: 1.5, of: effect }],
    }),
    figure({
      id: "offer-connection",
      unit: "ns",
      ours: measured.connection,
      peers: { [effect]: measured.queue, [byFiber]: measured.queueByFiber },
      goals: [{ atMost: 1, of: byFiber }],
    }),
  ];
}

/** By the names of the subjects. */
async function nanosOf<Name extends string>(subjects: Readonly<Record<Name, Subject>>) {
  const measured = await nanos(Object.values(subjects));
  const named = Object.keys(subjects).map((name, at) => [name, measured[at] ?? []]);
  return Object.fromEntries(named) as Readonly<Record<Name, ReadonlyArray<number>>>;
}

const frame = Frame.text("x".repeat(128));

function newOutbox(): Outbox<Message> {
  return new Outbox<Message>({
    configuration: configuration({ maxMessages: capacity }),
    sizeOf: byteLength,
    now: () => performance.now(),
  });
}

function outbox(): Subject {
  const outbox = newOutbox();
  return {
    name: "outbox: offer, delivered",
    times: batch * batches,
    run: () => {
      let accepted = 0;
      for (let left = batches; left > 0; left--) {
        for (let index = 0; index < batch; index++) {
          if (outbox.offer(frame)._tag === "Accepted") accepted++;
        }
        while (outbox.length > 0) {
          if (outbox.peek() === frame) outbox.delivered();
        }
      }
      return accepted;
    },
  };
}

function outboxFull(): Subject {
  const outbox = newOutbox();
  for (let index = 0; index < capacity; index++) outbox.offer(frame);
  return {
    name: "outbox, full: offer, which evicts the oldest",
    times: batch * batches,
    run: () => {
      let evicted = 0;
      for (let index = 0; index < batch * batches; index++) {
        const result = outbox.offer(frame);
        if (result._tag === "Accepted") evicted += result.evicted;
      }
      return evicted;
    },
  };
}

/** The whole connection but for the socket: actor, outbox, shared flush. */
function connection(): Subject {
  const { view, flusher, transport } = new QuietConnection({ maxMessages: capacity });
  return {
    name: "connection: offer, flush to no socket",
    times: batch * batches,
    run: () => {
      for (let left = batches; left > 0; left--) {
        for (let index = 0; index < batch; index++) view.offer(frame);
        flusher.flush();
      }
      return transport.sent;
    },
  };
}

function queue(): Subject {
  const queue = Effect.runSync(Queue.sliding<Message>(capacity));
  return {
    name: "Effect sliding queue: offerUnsafe, takeUnsafe",
    times: batch * batches,
    run: () => {
      let taken = 0;
      for (let left = batches; left > 0; left--) {
        for (let index = 0; index < batch; index++) Queue.offerUnsafe(queue, frame);
        for (let index = 0; index < batch; index++) {
          if (Queue.takeUnsafe(queue)?._tag === "Success") taken++;
        }
      }
      return taken;
    },
  };
}

function queueByFiber(): Subject {
  const queue = Effect.runSync(Queue.sliding<Message>(capacity));
  let taken = 0;
  const takeBatch = Effect.gen(function* () {
    for (let index = 0; index < batch; index++) {
      if ((yield* Queue.take(queue)) === frame) taken++;
    }
  });
  return {
    name: "Effect sliding queue: offerUnsafe, take",
    times: batch * batches,
    run: () => {
      for (let left = batches; left > 0; left--) {
        for (let index = 0; index < batch; index++) Queue.offerUnsafe(queue, frame);
        Effect.runSync(takeBatch);
      }
      return taken;
    },
  };
}

function queueFull(): Subject {
  const queue = Effect.runSync(Queue.sliding<Message>(capacity));
  for (let index = 0; index < capacity; index++) Queue.offerUnsafe(queue, frame);
  return {
    name: "Effect sliding queue, full: offerUnsafe",
    times: batch * batches,
    run: () => {
      let taken = 0;
      for (let index = 0; index < batch * batches; index++) {
        if (Queue.offerUnsafe(queue, frame)) taken++;
      }
      return taken;
    },
  };
}

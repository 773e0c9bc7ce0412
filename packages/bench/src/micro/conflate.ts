/** A newer message of a key takes the place of the one that waits: against a plain offer, and a hand-written map of places. */
import { configuration, Label, Outbox } from "@sluice/core";
import { byteLength, Frame, type Message } from "@sluice/uws";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { nanos, type Subject } from "./nanos.js";

const keys = 500;
const times = 1_000;

export const conflate: Part = {
  name: "conflate",
  figures: { conflate: "`offer` of a newer message for one of 500 keys, all of which wait" },
  run,
};

const frame = Frame.text("x".repeat(128));
const names = Array.from({ length: keys }, (_, at) => `key ${at}`);

async function run() {
  const [ours, plain, byHand] = await nanos([conflating(), offering(), handWritten()]);
  return [
    figure({
      id: "conflate",
      unit: "ns",
      ours: ours ?? [],
      peers: { "a plain offer": plain ?? [], "a map and an array by hand": byHand ?? [] },
      goals: [{ atMost: 3, of: "a plain offer" }],
    }),
  ];
}

function newOutbox(): Outbox<Message> {
  return new Outbox<Message>({
    configuration: configuration(),
    sizeOf: byteLength,
    now: () => performance.now(),
  });
}

function conflating(): Subject {
  const outbox = newOutbox();
  const labels = names.map((key) => new Label<Message>({ key }));
  for (const label of labels) outbox.offer(frame, undefined, label);
  return {
    name: "outbox: offer with a key that waits",
    times,
    run: () => {
      let accepted = 0;
      for (let index = 0; index < times; index++) {
        const label = labels[index % keys];
        if (outbox.offer(frame, undefined, label)._tag === "Accepted") accepted++;
      }
      return accepted + outbox.length;
    },
  };
}

/** As in the figure `offer`: offered, and handed over ten at a time. */
function offering(): Subject {
  const outbox = newOutbox();
  return {
    name: "outbox: offer, delivered",
    times,
    run: () => {
      let accepted = 0;
      for (let left = times / 10; left > 0; left--) {
        for (let index = 0; index < 10; index++) {
          if (outbox.offer(frame)._tag === "Accepted") accepted++;
        }
        while (outbox.length > 0) if (outbox.peek() === frame) outbox.delivered();
      }
      return accepted;
    },
  };
}

/** What people write: the place of each key, and the messages in their order. It bounds and counts nothing. */
function handWritten(): Subject {
  const places = new Map<string, number>();
  const waiting: Array<{ key: string; message: Message }> = [];
  const offer = (key: string, message: Message) => {
    const place = places.get(key);
    if (place === undefined) places.set(key, waiting.push({ key, message }) - 1);
    else waiting[place] = { key, message };
  };
  for (const key of names) offer(key, frame);
  return {
    name: "a map of places and an array",
    times,
    run: () => {
      for (let index = 0; index < times; index++) offer(names[index % keys] as string, frame);
      return waiting.length;
    },
  };
}

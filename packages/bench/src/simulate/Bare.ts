/** One connection of uWebSockets.js alone, on the same way to the same client: it keeps whatever has not gone out. */
import { feed, ticksPerMilli } from "./feed.js";
import { Link } from "./Link.js";
import type { Client } from "./mix.js";
import { add, noCounts, type Tally } from "./Tally.js";

const endMillis = feed.seconds * 1_000;

export function bare(client: Client, tally: Tally): void {
  const cell = tally.cellOf(client);
  const counts = { ...noCounts(), connections: 1 };
  let now = 0;
  const link = new Link(
    client,
    () => now,
    (message, atMillis) => {
      if (atMillis > endMillis) return;
      counts.arrived++;
      if (atMillis >= feed.agesFromMillis) tally.age(cell, atMillis * ticksPerMilli - message);
    },
  );
  const { everyMillis } = feed;
  let looksAtMillis = client.opensAtMillis + 1_000;
  for (now = Math.ceil(client.opensAtMillis / everyMillis) * everyMillis; now <= endMillis; ) {
    link.send(Math.round(now * ticksPerMilli));
    counts.offered++;
    now += everyMillis;
    if (now < looksAtMillis) continue;
    tally.holds(cell, looksAtMillis, link.bufferedBytes());
    looksAtMillis += 1_000;
  }
  add(tally.counts[cell], { ...counts, delivered: counts.offered });
}

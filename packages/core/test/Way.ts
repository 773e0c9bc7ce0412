/** A way to a client, played in steps of a millisecond: a link of a known rate and length, fed as a window allows. */
import { Flight, type Window } from "@sluice/core";

/** A link that carries so many bytes in a millisecond and takes so long to be crossed, both ways together. */
export interface Link {
  readonly bytesPerMilli: number;
  readonly roundTripMillis: number;
}

/**
 * Plays a feed, of always more if its rate is not given, over a link, in steps of a millisecond. Answers with what was
 * carried, the most that was in flight in the last second, and the window.
 */
export function play(
  window: Window,
  links: ReadonlyArray<readonly [millis: number, link: Link]>,
  feedBytesPerMilli = Number.POSITIVE_INFINITY,
) {
  const messageBytes = 1_000;
  const handedOver = { deliveredMessages: 0, deliveredBytes: 0 };
  const flight = new Flight(handedOver);
  /** Pings on the way: they are answered when the link has carried what was before them. */
  let asked: Array<{ readonly number: number; readonly bytes: number; at: number | undefined }> =
    [];
  let carried = 0;
  let now = 0;
  let mostInFlight = 0;
  let isHeld = false;
  const ask = () => {
    asked.push({ number: flight.nextNumber, bytes: handedOver.deliveredBytes, at: undefined });
    flight.asked(now);
  };
  ask();
  for (const [millis, link] of links) {
    mostInFlight = 0;
    for (const end = now + millis; now < end; now++) {
      carried = Math.min(handedOver.deliveredBytes, carried + link.bytesPerMilli);
      for (const ping of asked) {
        if (ping.bytes <= carried) ping.at ??= now + link.roundTripMillis;
      }
      for (const ping of asked.filter(({ at }) => at !== undefined && at <= now)) {
        const roundTrip = flight.received(ping.number, now);
        if (roundTrip === undefined) continue;
        const { acknowledgedBytes, bytes: inFlight } = flight;
        window.received(
          { roundTripMillis: roundTrip, acknowledgedBytes, inFlight, isHolding: isHeld },
          now,
        );
      }
      asked = asked.filter(({ at }) => at === undefined || at > now);
      if (window.isUnmeasured && !flight.isAwaited) ask();
      const isDue = () => handedOver.deliveredBytes < feedBytesPerMilli * (now + 1);
      while (!window.isFull(flight.bytes) && flight.bytes < 16 * 2 ** 20 && isDue()) {
        handedOver.deliveredMessages++;
        handedOver.deliveredBytes += messageBytes;
        if (window.bytesToAsk(flight.unaskedBytes) <= 0) ask();
      }
      if (window.isFull(flight.bytes) && !flight.isAwaited) ask();
      isHeld = window.isFull(flight.bytes);
      if (now >= end - 1_000) mostInFlight = Math.max(mostInFlight, flight.bytes);
    }
  }
  return { carried, mostInFlight, bytes: window.bytes, millis: now };
}

/** Amounts of messages and bytes: what they are, how they grow, how they are added up. */
import { atMost, type Problem } from "../problems/Problem.js";
import { aCount, type Shapes } from "../problems/Rules.js";

/** An amount of messages and of their bytes. */
export interface Volume {
  readonly messages: number;
  readonly bytes: number;
}

/** A volume that grows, and another with it if it is part of that. */
export class Tally implements Volume {
  messages = 0;
  bytes = 0;
  readonly #whole: Tally | undefined;

  constructor(whole?: Tally) {
    this.#whole = whole;
  }

  /** What was counted before. */
  restore({ messages, bytes }: Volume): void {
    this.messages += messages;
    this.bytes += bytes;
    this.#whole?.restore({ messages, bytes });
  }

  add(bytes: number): void {
    this.messages++;
    this.bytes += bytes;
    if (this.#whole !== undefined) this.#whole.add(bytes);
  }

  snapshot(): Volume {
    return { messages: this.messages, bytes: this.bytes };
  }
}

/** The form of a volume from outside. */
export const volumeShape: Shapes = { messages: aCount, bytes: aCount };

/** The sum of volumes: `total(statistics.dropped).messages`. */
export function total(volumes: Readonly<Record<string, Volume>>): Volume {
  let messages = 0;
  let bytes = 0;
  for (const volume of Object.values(volumes)) {
    messages += volume.messages;
    bytes += volume.bytes;
  }
  return { messages, bytes };
}

/** How much some messages are together. */
export function volumeOf(messages: ReadonlyArray<{ readonly bytes: number }>): Volume {
  let sum = 0;
  for (const { bytes } of messages) sum += bytes;
  return { messages: messages.length, bytes: sum };
}

/** What there is and the most that there was keep their bounds, and the most is no less than what there is. */
export function* boundProblems(
  [heldName, held]: Named<Volume>,
  [peakName, peak]: Named<Volume>,
  [messagesName, maxMessages]: Named<number>,
  [bytesName, maxBytes]: Named<number>,
): Generator<Problem> {
  const [length, bytes] = [`${heldName}.length`, `${heldName} bytes`];
  const [peakMessages, peakBytes] = [`${peakName}.messages`, `${peakName}.bytes`];
  yield* atMost(length, held.messages, messagesName, maxMessages);
  yield* atMost(bytes, held.bytes, bytesName, maxBytes);
  yield* atMost(peakMessages, peak.messages, messagesName, maxMessages);
  yield* atMost(peakBytes, peak.bytes, bytesName, maxBytes);
  yield* atMost(length, held.messages, peakMessages, peak.messages);
  yield* atMost(bytes, held.bytes, peakBytes, peak.bytes);
}

/** Something under the name that it has in a snapshot or a configuration. */
type Named<V> = readonly [name: string, value: V];

/**
 * The watermarks of an outbox, as whole numbers of messages and bytes.
 *
 * A mark is reached at its own level and cleared at its level minus the hysteresis, and always at least one
 * unit below where it is reached: so with no hysteresis the state follows the level exactly, and with some a
 * fill that hovers at a mark changes nothing.
 */

/** Fractions of capacity between 0 and 1; `hysteresis <= throttleAt < pauseAt <= 1`. */
export interface WatermarkOptions {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly throttleAt: number;
  readonly pauseAt: number;
  readonly hysteresis: number;
}

/**
 * Thresholds by rung of the flow ladder: 0 normal, 1 throttled, 2 paused, 3 dropping.
 *
 * A rung is left upwards when messages *or* bytes are at least `up`, and downwards when messages *and* bytes
 * are at most `down`: fill is the larger of the two. Infinities mean never (dropping is entered by
 * an overflow, not by a level; normal has nothing below it).
 */
export interface Watermarks {
  readonly upMessages: ReadonlyArray<number>;
  readonly upBytes: ReadonlyArray<number>;
  readonly downMessages: ReadonlyArray<number>;
  readonly downBytes: ReadonlyArray<number>;
}

/**
 * Computes the thresholds of a capacity.
 *
 * @example
 * ```ts
 * import { watermarks } from "@sluice/machines";
 *
 * const marks = watermarks({ maxMessages: 10, maxBytes: 1_000, throttleAt: 0.7, pauseAt: 0.9, hysteresis: 0.1 });
 * marks.upMessages; // => [7, 9, Infinity, Infinity]
 * marks.downMessages; // => [-Infinity, 6, 8, 9]
 * ```
 */
export function watermarks(options: WatermarkOptions): Watermarks {
  const { throttleAt, pauseAt, hysteresis } = options;
  const up = (capacity: number) => [
    reached(throttleAt, capacity),
    reached(pauseAt, capacity),
    Infinity,
    Infinity,
  ];
  const down = (capacity: number) => [
    -Infinity,
    cleared(throttleAt, hysteresis, capacity),
    cleared(pauseAt, hysteresis, capacity),
    cleared(1, hysteresis, capacity),
  ];
  return {
    upMessages: up(options.maxMessages),
    upBytes: up(options.maxBytes),
    downMessages: down(options.maxMessages),
    downBytes: down(options.maxBytes),
  };
}

/** The smallest count whose fill is at least `level`. */
function reached(level: number, capacity: number): number {
  return Math.ceil(level * capacity - ROUNDING * capacity);
}

/** The largest count whose fill is at most `level - hysteresis`, below where the mark is reached. */
function cleared(level: number, hysteresis: number, capacity: number): number {
  const count = Math.floor((level - hysteresis) * capacity + ROUNDING * capacity);
  return Math.max(0, Math.min(count, reached(level, capacity) - 1));
}

/**
 * Decimal fractions are not exact in binary: (0.7 - 0.1) * 10 must be 6, not 5.999999999999999. This is twice
 * the error that a difference of two fractions can have, and at the largest capacity still far below one.
 */
const ROUNDING = 2 ** -51;

/** Chance that follows from a seed: the same numbers always, and others for each number under a seed. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** The next number, from 0 to below 1. */
export type Draw = () => number;

/** The chance of one thing of many, by its number. */
export function random(seed: number, number = 0): Draw {
  const generator = xoroshiro128plus(Math.imul(seed, 0x9e37_79b1) ^ number);
  // The first draws of neighbouring seeds are alike.
  for (let left = 4; left > 0; left--) generator.next();
  return () => uniformFloat64(generator);
}

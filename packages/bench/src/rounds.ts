/** Interleaved rounds: A B C A B C, so that what disturbs the machine for a while disturbs all alike. */

/**
 * Measures each of `subjects` once per round and gives the values of each, by round. `BENCH_ROUNDS` in the environment
 * asks for fewer rounds than a figure needs, for a quick look.
 */
export async function interleaved<S, A>(
  subjects: ReadonlyArray<S>,
  rounds: number,
  measure: (subject: S) => Promise<A>,
): Promise<ReadonlyArray<ReadonlyArray<A>>> {
  const values = subjects.map((): Array<A> => []);
  for (const subject of subjects) await measure(subject);
  for (let round = 0; round < asked(rounds); round++) {
    for (const [index, subject] of subjects.entries()) {
      values[index]?.push(await measure(subject));
    }
  }
  return values;
}

const asked = (rounds: number) => Math.min(rounds, Number(process.env["BENCH_ROUNDS"] ?? rounds));

/** Collects garbage, so that one subject does not pay for another's. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error("run it with node --expose-gc");
  globalThis.gc();
}

/** Nanoseconds of small things, measured with mitata in interleaved rounds. */
import { measure } from "mitata";
import { collectGarbage, interleaved } from "../rounds.js";

/** Something small, done many times per call so that the call itself does not show. */
export interface Subject {
  readonly name: string;
  /** Answers something that depends on all that it did, so that nothing of it can be left out. */
  readonly run: () => number;
  /** How often it is done in a call of `run`. */
  readonly times: number;
}

const rounds = 7;

/** Nanoseconds each time, by subject and round. */
export function nanos(
  subjects: ReadonlyArray<Subject>,
): Promise<ReadonlyArray<ReadonlyArray<number>>> {
  return interleaved(subjects, rounds, async ({ run, times }) => {
    const { p50 } = await measure(() => keep(run()), {
      gc: collectGarbage,
      min_cpu_time: 60e6,
      // A call is long enough to be timed by itself.
      batch_threshold: 0,
      samples_threshold: 12,
    });
    return p50 / times;
  });
}

/** A result that is compared with the time of day cannot be left out, and costs no allocation. */
function keep(result: number): void {
  if (result === unlikely) console.log(unlikely);
}

const unlikely = performance.timeOrigin;

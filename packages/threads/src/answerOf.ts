/** What a thread answers; undefined of one that ends meanwhile, or is too busy: nobody waits for it longer than that. */
import { setTimeout as wait } from "node:timers/promises";

const patienceMillis = 5_000;

export async function answerOf<T>(asked: Promise<T>): Promise<T | undefined> {
  const answered = new AbortController();
  const { signal } = answered;
  const late = wait(patienceMillis, undefined, { signal, ref: false });
  try {
    return await Promise.race([asked, late]);
  } catch {
    return undefined;
  } finally {
    late.catch(() => {});
    answered.abort();
  }
}

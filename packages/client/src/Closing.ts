/** What a close code and its reason say to a client: whether to come back, and when. */

/** In seconds, at the end of a reason or alone: `slow consumer: 45 % lost; retry=12.3`. */
const hint = /(?:^|; )retry=(\d{1,6}(?:\.\d{1,3})?)$/;

/** After how many milliseconds a client is to come back; undefined when the reason does not say. */
export function retryMillis(reason: string): number | undefined {
  const seconds = hint.exec(reason)?.[1];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1_000);
}

/** A normal end; what was wrong with what was said and would be again: 1002, 1003, 1007, 1008, 1009, 1010. */
const final = [1_000, 1_002, 1_003, 1_007, 1_008, 1_009, 1_010];

/** Whether to come back: not after these codes, nor after those of applications (4000 to 4999), unless the reason says when. */
export function mayReturn(code: number, reason: string): boolean {
  const isFinal = final.includes(code) || code >= 4_000;
  return !isFinal || retryMillis(reason) !== undefined;
}

/** The bounds of what may lie between two threads: sent by one, and not taken by the other yet. */
import type { Volume } from "@sluice/core";
import { wholeNumber } from "@sluice/core";

/** What may lie between two threads, in each direction. */
export interface SeamOptions {
  /** 1 to 1,000,000; 10,000 by default. */
  readonly maxMessages?: number | undefined;
  /** 1 KiB to 1 GiB; 16 MiB by default. A message that is larger goes alone. */
  readonly maxBytes?: number | undefined;
}

export interface Seam {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** What `SeamOptions` must be. */
export const seamRules = {
  maxMessages: wholeNumber(1, 1_000_000),
  maxBytes: wholeNumber(1_024, 2 ** 30),
} as const;

export function seamOf({
  maxMessages = 10_000,
  maxBytes = 16 * 1_024 * 1_024,
}: SeamOptions = {}): Seam {
  return { maxMessages, maxBytes };
}

/** Whether one message more may lie there. */
export function fits(seam: Seam, held: Volume, byteLength: number): boolean {
  if (held.messages === 0) return true;
  return held.messages < seam.maxMessages && held.bytes + byteLength <= seam.maxBytes;
}

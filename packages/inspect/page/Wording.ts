/** How figures are written: short, and of one width as long as they can be. */
import type { Age } from "../src/page/OldestMessage.js";

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** `1,234` */
export const count = (value: number): string => whole.format(Math.round(value));

/** `12.3K` */
export const compact = (value: number): string => short.format(value);

/** `64 MB` */
export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(1, value)) / 3), units.length - 1);
  const scaled = value / 1000 ** power;
  const digits = power > 0 && scaled < 10 ? 1 : 0;
  return `${scaled.toFixed(digits)} ${units[power]}`;
}

/** `12/s`, or nothing. */
export const rate = (perSecond: number): string =>
  perSecond < 0.5 ? "" : `${compact(Math.round(perSecond))}/s`;

/** `87 %` */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `3–4 s`: what is known of an age. */
export function age(known: Age | undefined): string {
  if (known === undefined) return "";
  const { atLeast, atMost } = known;
  if (atMost === undefined) return `over ${seconds(atLeast)} s`;
  if (atLeast < 500) return `under ${Math.max(1, Math.round(atMost / 1000))} s`;
  return `${seconds(atLeast)}–${seconds(atMost)} s`;
}

/** What an age is sorted by. */
export const ageMillis = (known: Age | undefined): number => known?.atMost ?? known?.atLeast ?? -1;

function seconds(millis: number): string {
  return whole.format(Math.round(millis / 1000));
}

/** How figures are written: short, and of one width as long as they can be. */
import type { Age } from "../src/OldestMessage.js";

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

/** `−5 min` or `−90 s`: so long before now. */
export function ago(seconds: number): string {
  const minutes = Math.round(seconds / 6) / 10;
  return minutes >= 2 ? `−${minutes} min` : `−${seconds.toFixed(0)} s`;
}

/** `3–4 s`, `over 5 min`: what is known of an age. */
export function age(known: Age | undefined): string {
  if (known === undefined) return "";
  const { atLeast, atMost } = known;
  const { millis, name } = unitOf(atMost ?? atLeast);
  const least = Math.floor(atLeast / millis);
  if (atMost === undefined) return `over ${least} ${name}`;
  if (atLeast < 500) return `under ${Math.max(1, Math.round(atMost / millis))} ${name}`;
  return `${Math.round(atLeast / millis)}–${Math.max(1, Math.round(atMost / millis))} ${name}`;
}

/** `500 ms`, `2.5 s`, `24 h`: what somebody waits. */
export function wait(waitMillis: number): string {
  if (waitMillis < 1_000) return `${Math.round(waitMillis)} ms`;
  const { millis, name } = unitOf(waitMillis);
  return `${Math.round((waitMillis * 10) / millis) / 10} ${name}`;
}

/** What an age is sorted by. */
export const ageMillis = (known: Age | undefined): number => known?.atMost ?? known?.atLeast ?? -1;

/** The largest of which there are two at least: so a figure has three digits at the most, for four days. */
function unitOf(millis: number) {
  const units = [
    { millis: 3_600_000, name: "h" },
    { millis: 60_000, name: "min" },
  ];
  return units.find((unit) => millis >= 2 * unit.millis) ?? { millis: 1_000, name: "s" };
}

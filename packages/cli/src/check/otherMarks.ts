/** Other marks for a configuration whose own are too close: one number at a time, the nearest first. */
import { type Configuration, type ConfigurationOptions, defaults } from "@sluice/core";
import { roomFor } from "./bytes.js";

/** At this capacity the default fractions are two messages apart. */
const smallestForDefaults = 20;

/** How many larger capacities are tried. */
const maxLarger = 200;

const hundredths = Array.from({ length: 99 }, (_, index) => (index + 1) / 100);

export function* otherMarks(settings: Configuration): Iterable<ConfigurationOptions> {
  for (const field of ["hysteresis", "throttleAt", "pauseAt"] as const) {
    const near = (fraction: number) => Math.abs(fraction - settings[field]);
    for (const fraction of [...hundredths].sort((a, b) => near(a) - near(b))) {
      yield { [field]: fraction };
    }
  }
  for (let more = 1; more <= maxLarger; more++) {
    yield { maxMessages: settings.maxMessages + more };
  }
  yield* roomierMarks(settings);
}

/** The default fractions, with room for them where there is too little. */
export function roomierMarks(settings: Configuration): ReadonlyArray<ConfigurationOptions> {
  const { throttleAt, pauseAt, hysteresis } = defaults;
  const fractions = { throttleAt, pauseAt, hysteresis };
  const maxMessages = Math.max(settings.maxMessages, smallestForDefaults);
  return [fractions, { ...fractions, maxMessages, ...roomFor(maxMessages) }];
}

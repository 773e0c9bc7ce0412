/**
 * One name of the exposition: what it is, and how its values are read off what is known at the moment of a scrape.
 * Names follow Prometheus: base units (seconds, bytes), the unit last, `_total` behind it for a counter.
 */
import { type Context, Metric } from "effect";

/** Labels of one series. They are bounded: a state, a reason, an event; never a connection. */
export type Labels = Readonly<Record<string, string>>;

/** A family that is read when it is scraped. A name that ends in `_total` is a counter, any other is a gauge. */
export interface Family<Source> {
  readonly name: string;
  readonly help: string;
  /** Of its values, if it is not a count. */
  readonly unit?: "seconds" | "bytes";
  /** All of its series. */
  readonly series: ReadonlyArray<Series<Source>>;
}

export interface Series<Source> {
  readonly labels: Labels;
  readonly read: (source: Source) => number;
}

/** One series for each value of a label. */
export function by<Source, K extends string>(
  label: string,
  values: ReadonlyArray<K>,
  read: (source: Source, value: K) => number,
): ReadonlyArray<Series<Source>> {
  return values.map((value) => ({
    labels: { [label]: value },
    read: (source) => read(source, value),
  }));
}

/** A single series. */
export function one<Source>(read: (source: Source) => number): ReadonlyArray<Series<Source>> {
  return [{ labels: {}, read }];
}

/** Puts families into the registry of metrics of a context. They are read when that is. Returns how to take them out. */
export function register<Source>(
  families: ReadonlyArray<Family<Source>>,
  options: {
    readonly source: () => Source;
    readonly labels: Labels;
    readonly context: Context.Context<never>;
  },
): () => void {
  const { source, context } = options;
  const registrations = families.flatMap(({ name, help, unit, series }) =>
    series.map(({ labels, read }) => {
      const attributes = { ...options.labels, ...labels, ...(unit && { unit }) };
      const about = { description: help, attributes };
      if (name.endsWith("_total")) {
        const counter = Metric.counter(name, { ...about, incremental: true });
        return Metric.registerUnsafe(counter, context, {
          ...readOnly,
          get: () => ({ count: read(source()), incremental: true }),
        });
      }
      return Metric.registerUnsafe(Metric.gauge(name, about), context, {
        ...readOnly,
        get: () => ({ value: read(source()) }),
      });
    }),
  );
  return () => {
    for (const registration of registrations) registration.remove();
  };
}

/** Who would write to what is read off something else. */
const readOnly = { update: () => {}, modify: () => {} };

/**
 * A strict reader of Prometheus's text format, version 0.0.4: it throws at whatever a scraper would refuse, and at what
 * `promtool check metrics` would complain of.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ExpositionFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: Array<Sample>;
}

const nameLike = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const labelLike = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"';
const numberLike = "[+-]?(?:\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|Inf)|NaN";
const sampleLike = new RegExp(
  `^(${nameLike})(?:\\{(${labelLike}(?:,${labelLike})*)\\})? (${numberLike})$`,
);

/** @throws {Error} that names the line and the rule. */
export function parseExposition(text: string): ReadonlyMap<string, ExpositionFamily> {
  if (!text.endsWith("\n")) throw new Error("the last line must end");
  const families = new Map<string, ExpositionFamily>();
  const seen = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  let family: ExpositionFamily | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const refuse = (rule: string) => new Error(`${line}: ${rule}`);
    const [, keyword, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === "HELP") {
      if (!/^(?:[^\\]|\\[\\n])+$/.test(rest)) throw refuse("help must be there, and escaped");
      help = { name, text: rest };
    } else if (keyword === "TYPE") {
      if (families.has(name)) throw refuse("a family must come once, in one piece");
      if (help?.name !== name) throw refuse("a family must have its help first");
      if (!/^(counter|gauge|histogram|summary)$/.test(rest)) throw refuse("no such type");
      family = { name, help: help.text, type: rest, samples: [] };
      families.set(name, family);
    } else {
      const sample = sampleOf(line);
      if (sample === undefined) throw refuse("neither a comment nor a sample");
      if (family === undefined || !belongs(sample.name, family)) throw refuse("not of its family");
      const series = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(series)) throw refuse("a series must come once");
      seen.add(series);
      family.samples.push(sample);
    }
  }
  for (const one of families.values()) check(one);
  return families;
}

function sampleOf(line: string): Sample | undefined {
  const match = sampleLike.exec(line);
  if (match === null) return undefined;
  const pairs = [...(match[2] ?? "").matchAll(new RegExp(labelLike, "g"))];
  const labels = Object.fromEntries(pairs.map(([, name, value]) => [name, unescaped(value ?? "")]));
  if (Object.keys(labels).length !== pairs.length) throw new Error(`${line}: a label twice`);
  const value = Number((match.at(-1) as string).replace("Inf", "Infinity"));
  return { name: match[1] as string, labels, value };
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/g, (_, character) => (character === "n" ? "\n" : character));
}

const suffixes: Readonly<Record<string, ReadonlyArray<string>>> = {
  counter: [""],
  gauge: [""],
  histogram: ["_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
};

function belongs(sample: string, { name, type }: ExpositionFamily): boolean {
  return suffixes[type]?.some((suffix) => sample === name + suffix) ?? false;
}

function check({ name, type, samples }: ExpositionFamily): void {
  const refuse = (rule: string) => new Error(`${name}: ${rule}`);
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw refuse("a name has small letters, digits and _");
  if (name.endsWith("_total") !== (type === "counter")) throw refuse("_total is for counters");
  if (/milli|micro|nano|kilo|mega|minute|hour/.test(name)) throw refuse("units are base units");
  if (samples.length === 0) throw refuse("a family must have samples");
  if (type === "counter" && samples.some(({ value }) => !(value >= 0))) throw refuse("negative");
  if (type === "histogram") checkBuckets(samples, refuse);
}

function checkBuckets(samples: ReadonlyArray<Sample>, refuse: (rule: string) => Error): void {
  const groups = new Map<
    string,
    { bounds: Array<number>; counts: Array<number>; total?: number }
  >();
  for (const { name, labels, value } of samples) {
    const { le, ...rest } = labels;
    const key = JSON.stringify(rest);
    const group = groups.get(key) ?? { bounds: [], counts: [] };
    groups.set(key, group);
    if (name.endsWith("_count")) group.total = value;
    if (le === undefined) continue;
    group.bounds.push(Number(le.replace("Inf", "Infinity")));
    group.counts.push(value);
  }
  for (const { bounds, counts, total } of groups.values()) {
    const rises = (numbers: ReadonlyArray<number>) =>
      numbers.every((number, index) => number >= (numbers[index - 1] ?? number));
    if (!rises(bounds) || !rises(counts)) throw refuse("buckets must rise");
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw refuse("the last bucket must be +Inf");
    if (counts.at(-1) !== total) throw refuse("the bucket +Inf must have the count");
  }
}

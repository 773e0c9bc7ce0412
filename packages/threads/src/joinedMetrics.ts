/** The texts of several threads for Prometheus as one: each series has the label `thread`; what is the process's is once. */

/** What of `@sluice/runtime/metrics` is alike in all threads. */
const ofProcess = /^process_/;

/** A sample: its name, its labels, and the rest. */
const sample = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?( .*)$/;

export function joinedMetrics(
  texts: ReadonlyArray<{ readonly thread: number; readonly text: string }>,
): string {
  const families = new Map<string, { readonly heads: Set<string>; readonly samples: string[] }>();
  let isFirst = true;
  for (const { thread, text } of texts) {
    let name = "";
    for (const line of text.split("\n")) {
      if (line === "") continue;
      if (line.startsWith("# ")) name = line.split(" ")[2] ?? "";
      const family = families.get(name) ?? { heads: new Set(), samples: [] };
      families.set(name, family);
      if (line.startsWith("#")) family.heads.add(line);
      else if (!ofProcess.test(name)) family.samples.push(labelled(line, thread));
      else if (isFirst) family.samples.push(line);
    }
    isFirst = false;
  }
  const lines = [...families.values()].flatMap(({ heads, samples }) => [...heads, ...samples]);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function labelled(line: string, thread: number): string {
  const [, name, labels, rest] = sample.exec(line) ?? [];
  if (name === undefined) return line;
  const own = `thread="${thread}"`;
  return `${name}{${labels ? `${labels},${own}` : own}}${rest}`;
}

/** A configuration as somebody has written it: a file, or standard input, of JSON in UTF-8 or, with its mark, UTF-16. */
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import {
  type Configuration,
  ConfigurationError,
  type ConfigurationOptions,
  checkOptions,
  configuration,
  describeProblem,
  isPlainObject,
  Label,
  type LabelOptions,
  type LaneName,
  type LaneOptions,
  laneConfiguration,
  laneNames,
  type Problem,
} from "@sluice/core";

export type ConfigurationFile =
  | ({ readonly _tag: "Valid"; readonly settings: Configuration } & Besides)
  /** What is wrong with it as a whole, and line by line; `problems` are those of its fields. */
  | {
      readonly _tag: "Wrong";
      readonly what: string;
      readonly lines: ReadonlyArray<string>;
      readonly problems: ReadonlyArray<Problem>;
    };

/** What a file may have besides the options of a connection: limits of its lanes, and labels by channel. */
export interface Besides {
  readonly lanes: ReadonlyArray<{ readonly name: LaneName; readonly settings: Configuration }>;
  readonly labels: ReadonlyArray<{ readonly channel: string; readonly label: Label }>;
}

/** What a path that is `-` stands for. */
export type StandardInput = AsyncIterable<Uint8Array>;

/** Never rejects: what is wrong with the file is in the answer. */
export async function readConfiguration(
  path: string,
  input: StandardInput,
): Promise<ConfigurationFile> {
  const wrong = (what: string, { message }: Error, problems: ReadonlyArray<Problem> = []) =>
    ({ _tag: "Wrong", what, lines: message.split("\n"), problems }) as const;
  let bytes: Uint8Array;
  try {
    bytes = path === "-" ? await bytesOf(input) : await readFile(path);
  } catch (error) {
    return wrong("cannot be read", error as Error);
  }
  let options: unknown;
  try {
    options = JSON.parse(decoded(bytes));
  } catch (error) {
    return wrong("is not JSON", error as Error);
  }
  try {
    if (!isPlainObject(options))
      return { _tag: "Valid", ...nothing, settings: configuration(options as never) };
    const { lanes, labels, ...own } = options as Written;
    const settings = configuration(own);
    return { _tag: "Valid", settings, ...besides(lanes, labels) };
  } catch (error) {
    const problems = error instanceof ConfigurationError ? error.problems : [];
    return wrong("is not a valid configuration", error as Error, problems);
  }
}

/** A file, as far as it is one. */
interface Written extends ConfigurationOptions {
  readonly lanes?: Readonly<Partial<Record<LaneName, LaneOptions>>>;
  readonly labels?: Readonly<Record<string, LabelOptions>>;
}

const nothing: Besides = { lanes: [], labels: [] };

const anObject = [isPlainObject, "must be a plain object"] as const;

function besides(lanes: Written["lanes"] = {}, labels: Written["labels"] = {}): Besides {
  checkOptions({ lanes, labels }, "the file", { lanes: anObject, labels: anObject });
  checkOptions(lanes, "lanes", { control: anObject, bulk: anObject });
  return {
    lanes: laneNames
      .filter((name) => lanes[name] !== undefined)
      .map((name) => ({ name, settings: laneConfiguration(name, lanes[name]) })),
    labels: Object.entries(labels).map(([channel, label]) => ({
      channel,
      label: new Label(label),
    })),
  };
}

/** A problem for a script: the value as JSON, and the line that a person reads. */
export function problemAsData(problem: Problem): object {
  return { ...problem, message: describeProblem(problem, "configuration") };
}

async function bytesOf(input: StandardInput): Promise<Uint8Array> {
  return buffer(input as AsyncIterable<Buffer>);
}

/** Editors on Windows begin a file with a byte order mark, and some write UTF-16: the mark says which. */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? "utf-16le"
      : first === 0xfe && second === 0xff
        ? "utf-16be"
        : "utf-8";
  // It takes the mark away.
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

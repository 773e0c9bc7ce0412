/** What the messages of a channel mean, by the name of the channel: on every node alike, whoever published them. */
import { ConfigurationError, isPlainObject, Label, type LabelOptions } from "@sluice/core";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { Report } from "../hub/Reports.js";
import { isPattern, matcher } from "./ChannelName.js";

/** The label of all messages of a channel, or of each by what it says. */
export type ChannelLabel =
  | SaidLabel
  | ((channel: string, message: Frame) => SaidLabel | null | undefined);

type MessageLabel = Label<Message>;

/** One that has been made may be shared by messages and channels. */
type SaidLabel = MessageLabel | LabelOptions<Message>;

interface Entry {
  readonly matches: (channel: string) => boolean;
  readonly label: MessageLabel | Extract<ChannelLabel, (...of: never) => unknown>;
}

export class ChannelLabels {
  readonly #entries: ReadonlyArray<Entry>;
  readonly #report: Report | undefined;

  /** By name or pattern. @throws {ConfigurationError} for what is not valid. */
  constructor(labels: Readonly<Record<string, ChannelLabel>> = {}, report?: Report) {
    this.#report = report;
    this.#entries = Object.entries(labels).map(([pattern, label]) => {
      if (!isPattern(pattern)) throw wrong(pattern, "must be the name of a channel or a pattern");
      const matches = matcher(pattern);
      if (typeof label === "function") return { matches, label };
      if (label instanceof Label || isPlainObject(label))
        return { matches, label: made(pattern, label) };
      throw wrong(label, "must be a label or a function", pattern);
    });
  }

  /** The label of a message: by the first pattern that has its channel. */
  of(channel: string, message: Frame): MessageLabel | undefined {
    if (this.#entries.length === 0) return undefined;
    const label = this.#entries.find(({ matches }) => matches(channel))?.label;
    if (typeof label !== "function") return label;
    try {
      const said = label(channel, message);
      return said === undefined || said === null ? undefined : Label.of(said);
    } catch (error) {
      this.#report?.(error, undefined, `the label of a message on ${channel} failed`);
      return undefined;
    }
  }
}

/** @throws {ConfigurationError} that says of which channels it is. */
function made(pattern: string, label: SaidLabel): MessageLabel {
  try {
    return Label.of(label);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problems = error.problems.map((problem) => ({
      ...problem,
      field: `${fieldOf(pattern)}.${problem.field}`,
    }));
    throw new ConfigurationError({ problems });
  }
}

const fieldOf = (pattern: string) => `channels.labels[${JSON.stringify(pattern)}]`;

function wrong(value: unknown, rule: string, pattern?: string): ConfigurationError {
  const field = pattern === undefined ? "channels.labels" : fieldOf(pattern);
  return new ConfigurationError({ problems: [{ field, value, rule }] });
}

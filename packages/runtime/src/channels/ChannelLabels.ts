/** What the messages of a channel mean, by the name of the channel: on every node alike, whoever published them. */
import { ConfigurationError, isPlainObject, Label, type LabelOptions } from "@sluice/core";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { Report } from "../hub/Reports.js";
import { isPattern, matcher } from "./ChannelName.js";

/** The label of all messages of a channel, or of each by what it says. */
export type ChannelLabel =
  | LabelOptions<Message>
  | ((channel: string, message: Frame) => LabelOptions<Message> | undefined);

type MessageLabel = Label<Message>;

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
      const isFunction = typeof label === "function";
      if (!isFunction && !isPlainObject(label)) throw wrong(label, "must be a label or a function");
      return { matches: matcher(pattern), label: isFunction ? label : new Label(label) };
    });
  }

  /** The label of a message: by the first pattern that has its channel. */
  of(channel: string, message: Frame): MessageLabel | undefined {
    if (this.#entries.length === 0) return undefined;
    const label = this.#entries.find(({ matches }) => matches(channel))?.label;
    if (typeof label !== "function") return label;
    try {
      const said = label(channel, message);
      return said && new Label(said);
    } catch (error) {
      this.#report?.(error, undefined, `the label of a message on ${channel} failed`);
      return undefined;
    }
  }
}

function wrong(value: unknown, rule: string): ConfigurationError {
  return new ConfigurationError({ problems: [{ field: "channels.labels", value, rule }] });
}

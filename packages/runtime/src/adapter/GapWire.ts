/** How what is lost of a topic is told to a client: as JSON, unless their owner says otherwise. */
import { aBoolean, aFunction, checkOptions, type TopicGap } from "@sluice/core";
import type { Failed } from "../actor/Attempt.js";
import type { GapWire } from "../actor/Notices.js";
import { frameOf, type Message } from "./Message.js";

export interface GapOptions {
  /** What goes to the client; `gapJson` by default. One that throws, or answers with no message, tells nothing. */
  readonly wire?: ((gap: TopicGap) => Message) | undefined;
  /** Whether the older message of a key, in whose place there is a newer one, is told of as missing; false by default. */
  readonly conflated?: boolean | undefined;
}

/**
 * `{"type":"gap","topic":"orders","first":4,"last":9,"count":6,"reasons":{"evicted":6}}`: the messages of the topic from the
 * fourth to the ninth are not sent. Positions count the messages of a topic at one connection from 1.
 */
export function gapJson(gap: TopicGap): string {
  return JSON.stringify({ type: "gap", ...gap });
}

/** Undefined if nobody is to be told. @throws {ConfigurationError} for options that are not valid. */
export function gapWireOf(
  options: boolean | GapOptions | undefined,
  failed: Failed,
): GapWire<Message> | undefined {
  if (options === undefined || options === false) return undefined;
  const given = options === true ? {} : options;
  checkOptions(given, "gaps", { wire: aFunction, conflated: aBoolean });
  const { wire = gapJson, conflated = false } = given;
  return {
    tellsConflated: conflated,
    message: (gap) => {
      try {
        return frameOf(wire(gap));
      } catch (error) {
        failed(error);
        return undefined;
      }
    },
  };
}

/** What a client asks for in JSON: `{"type":"subscribe","channel":"prices.eur","epoch":"kX3w","position":17}`. */
import { isUtf8 } from "node:buffer";
import { isName } from "../channels/ChannelName.js";
import { isEpoch, isPosition, type Resumption } from "./Resumption.js";

/** A client wants to be subscribed, from a place on if it has one: see `resume` of a connection; or not any more. */
export type ChannelRequest =
  | { readonly type: "subscribe"; readonly channel: string; readonly from: Resumption }
  | { readonly type: "unsubscribe"; readonly channel: string };

/**
 * Reads a request of a client; undefined for anything else, so that what a client says by other rules passes by. What it
 * may subscribe to is for its server to say.
 *
 * @example
 * ```ts
 * import { channelRequest } from "@sluice/runtime/adapter";
 *
 * channelRequest('{"type":"unsubscribe","channel":"prices.eur"}')?.channel; // => "prices.eur"
 * ```
 */
export function channelRequest(
  message: string | ArrayBuffer | Uint8Array,
): ChannelRequest | undefined {
  const given = parsed(message);
  if (typeof given !== "object" || given === null) return undefined;
  const { type, channel, epoch, position } = given as Record<string, unknown>;
  if (!isName(channel)) return undefined;
  if (type === "unsubscribe") return { type, channel };
  if (type !== "subscribe") return undefined;
  if (epoch === undefined && position === undefined) return { type, channel, from: { channel } };
  if (!isEpoch(epoch) || !isPosition(position)) return undefined;
  return { type, channel, from: { channel, epoch, position } };
}

function parsed(message: string | ArrayBuffer | Uint8Array): unknown {
  if (typeof message !== "string" && !isUtf8(message)) return undefined;
  const text = typeof message === "string" ? message : decoder.decode(message);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder();

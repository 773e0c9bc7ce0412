/**
 * The stream of JetStream that keeps ordered channels, each on a subject of its own. The position of a message in its
 * channel is in its header: one more than that of the message before it, which the server makes sure is the latest. So
 * positions have no holes, whoever publishes, and no two messages have the same.
 */
import { randomBytes } from "node:crypto";
import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import type { MsgHdrs, NatsConnection } from "@nats-io/transport-node";
import { bytesOf, type Frame } from "@sluice/runtime/adapter";
import { type Stamp, stamped, stampOf } from "../Stamp.js";

/** What is kept of ordered channels. */
export interface StreamLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** A message as the stream has it. */
export interface Stored {
  /** In the stream, among all channels. */
  readonly seq: number;
  /** In its channel, from 1. */
  readonly position: number;
  readonly stamp: Stamp | undefined;
  readonly data: Uint8Array;
}

/** The latest message of a channel. */
export interface Latest {
  readonly seq: number;
  readonly position: number;
}

/** What there is of a message in whatever form it comes. */
interface Raw {
  readonly seq: number;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
}

const positionHeader = "Sluice-Position";
const minuteNanos = 60e9;

export class Stream {
  /** Names this stream, and none that was made in its place. */
  readonly epoch: string;
  readonly #name: string;
  readonly #subjectOf: (channel: string) => string;
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;

  /** Makes it, if it is not there. Rejects while there is no JetStream. */
  static async open(
    connection: NatsConnection,
    name: string,
    subjectOf: (channel: string) => string,
    { maxMessages, maxBytes }: StreamLimits,
  ): Promise<Stream> {
    const jsm = await jetstreamManager(connection);
    const config = {
      name,
      subjects: [subjectOf(">")],
      // Whoever makes it names it; there is no better place under 2.9.
      description: randomBytes(9).toString("base64url"),
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.Old,
      max_msgs_per_subject: maxMessages,
      max_bytes: maxBytes,
      allow_direct: true,
      duplicate_window: 2 * minuteNanos,
    };
    const known = async () => (await jsm.streams.info(name)).config.description ?? "";
    const made = () => jsm.streams.add(config).then(({ config: { description } }) => description);
    const epoch = await known().catch(() => made().catch(known));
    return new Stream(name, epoch ?? "", subjectOf, jetstream(connection), jsm);
  }

  private constructor(
    name: string,
    epoch: string,
    subjectOf: (channel: string) => string,
    js: JetStreamClient,
    jsm: JetStreamManager,
  ) {
    this.#name = name;
    this.epoch = epoch;
    this.#subjectOf = subjectOf;
    this.#js = js;
    this.#jsm = jsm;
  }

  /** The sequence of the next message, whatever its channel. */
  async nextSeq(): Promise<number> {
    return (await this.#jsm.streams.info(this.#name)).state.last_seq + 1;
  }

  /** The latest message of a channel; undefined if none is kept. */
  async last(channel: string): Promise<Stored | undefined> {
    return this.#get({ last_by_subj: this.#subjectOf(channel) });
  }

  /** The first message of a channel from a sequence on. */
  async from(channel: string, seq: number): Promise<Stored | undefined> {
    return this.#get({ seq, next_by_subj: this.#subjectOf(channel) });
  }

  /** Where a channel is. Of one that nothing is kept of any more, positions go on above all that there can have been. */
  async latest(channel: string): Promise<Latest> {
    const last = await this.last(channel);
    if (last !== undefined) return last;
    return { seq: 0, position: (await this.nextSeq()) - 1 };
  }

  /**
   * Adds a message behind the latest one, unless that is none any more: see `isOvertaken`. One that the stream has already,
   * by its id, is not added again. Answers its sequence.
   */
  async add(
    channel: string,
    frame: Frame,
    { stamp, id }: { readonly stamp: Stamp; readonly id: string },
    latest: Latest,
  ): Promise<{ readonly seq: number; readonly isOld: boolean }> {
    const headers = stamped(stamp);
    headers.set(positionHeader, `${latest.position + 1}`);
    const expect = { lastSubjectSequence: latest.seq };
    const options = { headers, expect, msgID: id, timeout: patienceMillis, retries: 0 };
    const data = new Uint8Array(bytesOf(frame));
    const { seq, duplicate } = await this.#js.publish(this.#subjectOf(channel), data, options);
    return { seq, isOld: duplicate };
  }

  /** Reads a subject from a sequence on, each message once. */
  async consumer(subject: string, seq: number): Promise<Consumer> {
    const { name } = await this.#jsm.consumers.add(this.#name, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: seq,
      filter_subject: subject,
      inactive_threshold: minuteNanos,
      mem_storage: true,
    });
    return this.#js.consumers.get(this.#name, name);
  }

  async #get(query: Parameters<JetStreamManager["direct"]["getMessage"]>[1]) {
    const found = await this.#jsm.direct.getMessage(this.#name, query).catch((error) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (found === null) return undefined;
    const { seq, header, data } = found;
    return read({ seq, headers: header, data });
  }
}

/** What a message says of itself. */
export function read({ seq, headers, data }: Raw): Stored {
  const position = Number(headers?.get(positionHeader) || seq);
  return { seq, position, stamp: stampOf({ headers }), data };
}

/** Another message came first: where the channel is has to be asked again. */
export function isOvertaken(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false;
  const { StreamWrongLastSequence, StreamWrongLastSequenceUnknown } = JetStreamApiCodes;
  return error.code === StreamWrongLastSequence || error.code === StreamWrongLastSequenceUnknown;
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false;
  return error.code === JetStreamApiCodes.NoMessageFound || error.status === 404;
}

/** For the answer to one request. */
const patienceMillis = 2_000;

/** What our pings carry, and whether a pong answers one: it has the payload of its ping (RFC 6455, 5.5.3). */

export type Payload = ArrayBuffer | Uint8Array;

/** The number of a mark, and what nobody knows who has not read it. */
const ours = /^sluice (\d{1,15}) ([0-9a-f]{8})$/;

/** What is sent to a client that is asked only whether it is there: when it comes, and when it is long silent. */
export const keepAlive = "sluice 0";

export const isKeepAlive = (payload: Payload): boolean => textOf(payload) === keepAlive;

/** Whether a pong may answer a mark, whoever's. */
export const mayTell = (payload: Payload): boolean => ours.test(textOf(payload));

/** The payload of the mark of a number. */
export const payloadOf = (number: number, secret: number): string =>
  `sluice ${number} ${tag(secret, number)}`;

/** The number of the mark that a pong answers; undefined unless it is one of ours. */
export function numberIn(payload: Payload, secret: number): number | undefined {
  const text = textOf(payload);
  const number = Number(ours.exec(text)?.[1]);
  return text === payloadOf(number, secret) ? number : undefined;
}

function textOf(payload: Payload): string {
  return Buffer.from(payload as Uint8Array).toString("latin1");
}

/** Eight digits that tell nothing of the secret to who has not seen them: a finalizer of MurmurHash3 (Appleby, 2011). */
function tag(secret: number, number: number): string {
  let hash = secret ^ Math.imul(number, 0x9e37_79b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, "0");
}

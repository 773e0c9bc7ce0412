/** A bearer token, compared in a time that says nothing of where it differs, nor how long it is. */
import { createHash, timingSafeEqual } from "node:crypto";

export function isToken(value: unknown): boolean {
  return typeof value === "string" && /^[!-~]{1,1024}$/.test(value);
}

export function tokenDigest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Whether an `Authorization` header has the token of this digest. */
export function isBearer(authorization: string, digest: Buffer): boolean {
  const [, token = ""] = /^bearer +([!-~]+)$/i.exec(authorization) ?? [];
  return timingSafeEqual(tokenDigest(token), digest);
}

/** What the main thread and those that serve ask each other, and what a thread is given when it begins. */
import type { AdmissionOptions, OriginOptions } from "@sluice/uws";
import type { ClosedReport, ConnectionReport } from "../ConnectionBook.js";
import type { Control, DemonstrationState } from "./RemoteDemonstration.js";
import type { QueryQuestion } from "./RemoteQueries.js";

export interface ThreadData {
  readonly threads: number;
  readonly guestSecret: string;
  readonly origins: OriginOptions;
  /** Of all threads together. */
  readonly admission: Omit<AdmissionOptions, "isExempt">;
}

/** To each thread. */
export type ThreadQuestion =
  | { readonly about: "glance"; readonly maxFirst: number }
  | { readonly about: "evictions" }
  | { readonly about: "demonstrate"; readonly state: DemonstrationState }
  | { readonly about: "dismiss"; readonly client: string; readonly reason: string };

/** To the main thread. */
export type MainQuestion =
  | QueryQuestion
  | { readonly about: "accounts"; readonly told: Told }
  | { readonly about: "demonstration" }
  | { readonly about: "control"; readonly control: Control };

/** What a thread has to say when it has closed its connections. */
export interface Told {
  readonly closed: ReadonlyArray<ClosedReport>;
  readonly open: ReadonlyArray<ConnectionReport>;
  readonly forgotten: number;
  readonly forgottenUnbalanced: number;
}

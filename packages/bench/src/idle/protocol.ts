/** What is said between the benchmark and a server that is measured in a process of its own. */

export type Kind = "raw" | "sluice";

/** `use` sends a few messages to everyone and looks at everyone's health. */
export type Request = "port" | "footprint" | "use";

/** In bytes, after garbage has been collected. */
export interface Footprint {
  /** With what hangs on it outside, such as the bytes of buffers. */
  readonly heap: number;
  readonly resident: number;
}

export type Answer = { readonly port: number } | Footprint | "used";

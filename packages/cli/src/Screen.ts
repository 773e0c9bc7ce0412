/** The part of `process.stdout` that is written to, on a terminal or elsewhere. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(text: string): unknown;
}

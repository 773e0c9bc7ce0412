/** Stories beside a model, as a fault is judged by: the file of each, and the function that says what was wrong. */
export const stories = {
  ladder: "climbing",
  resume: "resuming",
  labels: "labelling",
  join: "joining",
  reconfigure: "reconfiguring",
} as const;

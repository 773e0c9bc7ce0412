/** A server, its clients, the network and the clock, simulated from a seed and audited by the rules. */
export type { Violation } from "./audit/Violation.js";
export { type Campaign, type CampaignOptions, campaign } from "./campaign.js";
export { type Outcome, play } from "./Play.js";
export { type Failure, shrunk, type Told, tell } from "./seeds.js";
export { inWords } from "./story/inWords.js";
export type { Story } from "./story/Story.js";
export { type Given, stories } from "./story/stories.js";

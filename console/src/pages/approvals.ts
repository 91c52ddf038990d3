import { start } from "../lib/mount";
import Page from "../approvals/Approvals.svelte";

start(Page);

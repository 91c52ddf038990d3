import { start } from "../lib/mount";
import Page from "../documents/Documents.svelte";

start(Page);

import { start } from "../lib/mount";
import Page from "../range/Range.svelte";

start(Page);

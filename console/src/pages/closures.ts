import { start } from "../lib/mount";
import Page from "../closures/Closures.svelte";

start(Page);

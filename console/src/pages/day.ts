import { start } from "../lib/mount";
import Page from "../day/Day.svelte";

start(Page);

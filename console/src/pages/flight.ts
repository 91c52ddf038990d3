import { start } from "../lib/mount";
import Page from "../flights/Flight.svelte";

start(Page);

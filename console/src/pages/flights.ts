import { start } from "../lib/mount";
import Page from "../flights/Flights.svelte";

start(Page);

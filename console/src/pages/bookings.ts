import { start } from "../lib/mount";
import Page from "../bookings/Bookings.svelte";

start(Page);

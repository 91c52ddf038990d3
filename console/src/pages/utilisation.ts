import { start } from "../lib/mount";
import Page from "../utilisation/Utilisation.svelte";

start(Page);

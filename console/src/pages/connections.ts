import { start } from "../lib/mount";
import Page from "../connections/Connections.svelte";

start(Page);

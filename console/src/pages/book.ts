import { start } from "../lib/mount";
import Page from "../book/Book.svelte";

start(Page);

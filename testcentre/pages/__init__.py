"""THE CONSOLE'S PAGES: sign-in and the frames in which the scripts of `console/` draw; they use only the public API."""

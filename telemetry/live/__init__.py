"""The live picture: one hub per web process, and the sockets that it feeds."""

"""The commands of `testcentre`, one module for those that belong together."""

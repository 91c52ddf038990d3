"""WHEN and WHERE: who may use which part of the range, and when."""

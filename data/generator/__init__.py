"""Seeded generator of the example project: everything in data/yongan that nobody publishes."""

"""A seeded district of made-up people that lives through the years: for the demo, tests and benchmarks.

Nothing made here describes a real person, and everything made here says that it is synthetic.
"""

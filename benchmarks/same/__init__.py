"""Whether two checkouts behave the same: ``python -m benchmarks.same BEFORE [AFTER]``; see __main__.py."""

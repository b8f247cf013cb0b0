"""Side-by-side measurements: ratios taken in one run, because machines are noisy."""

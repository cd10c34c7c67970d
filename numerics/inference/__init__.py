"""What data say about parameters: comparisons, fits, and the data themselves."""

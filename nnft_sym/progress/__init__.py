"""Who waits sees how far a job is: bars, lines and counts on standard error."""

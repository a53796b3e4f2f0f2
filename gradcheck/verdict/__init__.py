"""Is the derivative right? Entries, directions, and the result with its error bars."""

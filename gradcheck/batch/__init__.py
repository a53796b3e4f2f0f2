"""Many cases: examined one by one, safe from what they do, and kept in one store."""

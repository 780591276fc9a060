-- Where a caller's transaction goes back to when a projection fails.
savepoint ledger_projections

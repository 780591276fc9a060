-- Forgets where a caller's transaction could have gone back to.
release savepoint ledger_projections

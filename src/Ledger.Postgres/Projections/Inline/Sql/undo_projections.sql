-- Takes back an append whose projections failed, and leaves the caller's transaction as it was.
rollback to savepoint ledger_projections

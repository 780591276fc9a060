-- Undoes an append whose projections failed, without ending the caller's transaction.
rollback to savepoint ledger_projections

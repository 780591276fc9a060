-- Says that a projection has applied the events of the touched streams. $1 the projection.
select {ledger}.advance_v1($1)

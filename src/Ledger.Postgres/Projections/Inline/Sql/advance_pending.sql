-- Says that a projection has applied the events of the touched streams. $1 the projection, $2 what the streams' names begin with.
select {ledger}.advance_v2($1, $2)

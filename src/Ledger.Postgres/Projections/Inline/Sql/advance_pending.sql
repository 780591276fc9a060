-- Records that a projection has applied the events of the touched streams. $1 the projection, $2 the prefix of the streams' names.
select {ledger}.advance_v2($1, $2)

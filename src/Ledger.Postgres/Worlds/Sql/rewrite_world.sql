-- Makes the rows of the worlds of some streams anew. $1 the streams, which are locked. The number of their events.
select {ledger}.rewrite_world_v2($1)

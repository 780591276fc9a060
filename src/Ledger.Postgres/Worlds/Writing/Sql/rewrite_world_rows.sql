-- Rebuilds the world rows of the streams $1, which are locked, by the function.
select {ledger}.rewrite_world_v2($1)

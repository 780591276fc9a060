-- Writes rows of the world of $1 that are missing, for at most 10,000 events. Whether none is missing then.
select ledger.world_catch_up_v2($1, 10000)

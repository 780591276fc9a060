-- Writes missing rows of the history of $1, at most 10,000 events of each stream. Whether none is missing then.
select {ledger}.world_catch_up_v2($1, 10000)

-- Rebuilds the rows of some tasks. $1 their streams, which are locked. Result: the number of their events.
select {ledger}.rewrite_tasks_v1($1)

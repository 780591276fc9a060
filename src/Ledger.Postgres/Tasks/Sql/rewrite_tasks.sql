-- Makes the rows of some tasks anew. $1 their streams, which are locked. The number of their events.
select {ledger}.rewrite_tasks_v1($1)

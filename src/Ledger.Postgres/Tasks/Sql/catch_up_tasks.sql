-- Writes what other writers left in streams of tasks. $1 the streams. One row: how many events there were.
select {ledger}.catch_up_tasks_v1($1)

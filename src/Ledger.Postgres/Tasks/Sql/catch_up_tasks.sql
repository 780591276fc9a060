-- Writes what other writers left of all tasks, in the order of the log. One row: how many events there were.
select {ledger}.catch_up_tasks_v1(array(select b from {ledger}.tasks_behind_v1() as b))

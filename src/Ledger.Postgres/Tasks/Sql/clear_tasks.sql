-- Removes all rows of tasks, for a rebuild of all in this transaction.
select {ledger}.clear_tasks_v1()

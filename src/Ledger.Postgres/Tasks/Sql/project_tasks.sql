-- Writes the rows of tasks, calls and messages for the events of this transaction's append, and of what other writers left.
select {ledger}.project_tasks_v1()

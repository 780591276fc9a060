-- What the rows have of the things that events of tasks name: $1 the ids of the tasks, $2 the data of the events. One row, as of task_facts_v1.
select {ledger}.task_facts_v1($1, $2)

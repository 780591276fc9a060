-- How many messages a task has. $1 the task.
select count(*)
from {ledger}.messages as m
where m.task_id = $1
  and not {ledger}.retaining_v1('task:' || $1)

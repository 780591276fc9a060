-- The lease on a task that is not over. $1 the task. At most one row.
select l.task_id,
       l.lease_id,
       l.runner,
       l.expires_at
from {ledger}.task_lease as l
where l.task_id = $1
  and l.expires_at > clock_timestamp()
  and not {ledger}.retaining_v1('task:' || $1)

-- $1 the id of a task. At most one row.
select t.id,
       t.parent_task_id,
       t.completion_status,
       t.system_prompt,
       t.created_at,
       t.updated_at,
       t.run
from {ledger}.tasks as t
where t.id = $1
  and not {ledger}.retaining_v1('task:' || $1)

-- A task and all below it; each once, also where parents go round in a circle. $1 the id of the task.
select t.id,
       t.parent_task_id,
       t.completion_status,
       t.system_prompt,
       t.created_at,
       t.updated_at,
       t.run
from {ledger}.tasks_below_v1($1) as n (id)
cross join lateral (
    select *
    from {ledger}.tasks as s
    where s.id = n.id
    limit 1) as t

-- A task and all below it; each once, also where parents go round in a circle. $1 the id of the task.
with recursive tree as (
    select t.id
    from {ledger}.tasks as t
    where t.id = $1
    union
    select t.id
    from tree as p
    join {ledger}.tasks as t on t.parent_task_id = p.id)
select t.id,
       t.parent_task_id,
       t.completion_status,
       t.system_prompt,
       t.created_at,
       t.updated_at,
       t.run
from tree as n
join {ledger}.tasks as t on t.id = n.id
where not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = 'task:' || t.id)

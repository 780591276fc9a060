-- A page of the tasks in progress, the oldest first, with the leases that are not over. $1 and $2 time and id of the task before the page,
-- $3 how many.
select t.id,
       t.parent_task_id,
       t.completion_status,
       t.system_prompt,
       t.created_at,
       t.updated_at,
       t.run,
       l.task_id,
       l.lease_id,
       l.runner,
       l.expires_at
from {ledger}.tasks as t
left join {ledger}.task_lease as l on l.task_id = t.id and l.expires_at > clock_timestamp()
where t.completion_status is null
  and (t.created_at, t.id) > ($1, $2)
  and not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = 'task:' || t.id)
order by t.created_at, t.id
limit $3

-- How many tasks there are. The parameters are the first six of query_tasks.
select count(*)
from {ledger}.tasks as t
where (not $1 or t.completion_status is null)
  and ($2 is null or t.completion_status = $2)
  and ($3 is null or t.parent_task_id = $3)
  and ($6 is null or t.run = $6)
  and t.created_at between $4 and $5
  and not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = 'task:' || t.id)

-- A page of tasks, the newest first. $1 whether those in progress are wanted alone, $2 the status they ended with, $3 their parent (null:
-- does not matter), $4 and $5 the first and the last time of creation, $6 the stream of their run (null: does not matter), $7 and $8 time
-- and id of the task before the page, $9 how many, $10 how many are passed over. It is not prepared, because a plan for all filters would
-- be a bad one for each.
select t.id,
       t.parent_task_id,
       t.completion_status,
       t.system_prompt,
       t.created_at,
       t.updated_at,
       t.run
from {ledger}.tasks as t
where (not $1 or t.completion_status is null)
  and ($2 is null or t.completion_status = $2)
  and ($3 is null or t.parent_task_id = $3)
  and ($6 is null or t.run = $6)
  and t.created_at between $4 and $5
  and (t.created_at, t.id) < ($7, $8)
  and not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = 'task:' || t.id)
order by t.created_at desc, t.id desc
limit $9
offset $10

-- A page of calls, the oldest first. $1 their task, $2 their status (null: does not matter), $3 and $4 time and id of the call before the
-- page, $5 how many. It is not prepared, because a plan for all filters would be a bad one for each.
select c.id,
       c.task_id,
       c.ability_name,
       c.parameters,
       c.status,
       c.details,
       c.created_at,
       c.updated_at,
       c.start_message_id,
       c.end_message_id
from {ledger}.calls as c
where ($1 is null or c.task_id = $1)
  and ($2 is null or c.status = $2)
  and (c.created_at, c.id) > ($3, $4)
  and not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = 'task:' || c.task_id)
order by c.created_at, c.id
limit $5

-- A page of the calls of one status, the oldest first, with the messages that they started from. $1 the status, $2 and $3 time and id of
-- the call before the page, $4 how many.
select c.id,
       c.task_id,
       c.ability_name,
       c.parameters,
       c.status,
       c.details,
       c.created_at,
       c.updated_at,
       c.start_message_id,
       c.end_message_id,
       m.id,
       m.task_id,
       m.role,
       m.content,
       m."timestamp",
       m.interrupted
from {ledger}.calls as c
join {ledger}.messages as m on m.id = c.start_message_id
where c.status = $1
  and (c.created_at, c.id) > ($2, $3)
  and not exists (
      select from {ledger}.retaining_streams_v1() as h (stream) where h.stream = 'task:' || c.task_id)
order by c.created_at, c.id
limit $4

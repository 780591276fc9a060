-- $1 the id of a call. At most one row.
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
where c.id = $1
  and not {ledger}.retaining_v1('task:' || c.task_id)

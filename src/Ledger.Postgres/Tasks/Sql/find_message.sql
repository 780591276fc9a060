-- $1 the id of a message. At most one row.
select m.id,
       m.task_id,
       m.role,
       m.content,
       m."timestamp",
       m.interrupted
from {ledger}.messages as m
where m.id = $1
  and not {ledger}.retaining_v1('task:' || m.task_id)

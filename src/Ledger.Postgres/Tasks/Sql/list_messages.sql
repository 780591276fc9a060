-- A page of a task's messages. $1 the task, $2 and $3 time and id of the message before the page, $4 how many, $5 how many are passed over.
select m.id,
       m.task_id,
       m.role,
       m.content,
       m."timestamp",
       m.interrupted
from {ledger}.messages as m
where m.task_id = $1
  and (m."timestamp", m.id) > ($2, $3)
  and not {ledger}.retaining_v1('task:' || $1)
order by m."timestamp", m.id
limit $4
offset $5

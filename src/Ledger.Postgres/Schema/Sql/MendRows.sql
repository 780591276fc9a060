-- Removes rows derived from deleted streams. A foreign key would have removed them with their stream, but it was dropped with the table of streams. A head that
-- is ahead of its stream is that of an earlier stream with the same name. Record stores keep their rows: those may be all that is left of them.
delete from {ledger}.world_head as h
where not exists (select from {events}.mt_streams as s where s.id = h.stream and s.version >= h.version);

delete from {ledger}.projection_head as h
where not exists (select from {events}.mt_streams as s where s.id = h.stream and s.version >= h.version);

delete from {ledger}.task_fault as f
where not exists (select from {events}.mt_streams as s where s.id = f.stream and s.version >= f.version);

delete from {ledger}.branch as b
where not exists (select from {events}.mt_streams as s where s.id = b.stream);

delete from {ledger}.calls as c
where not exists (select from {events}.mt_streams as s where s.id = 'task:' || c.task_id);

delete from {ledger}.messages as m
where not exists (select from {events}.mt_streams as s where s.id = 'task:' || m.task_id);

delete from {ledger}.task_lease as l
where not exists (select from {events}.mt_streams as s where s.id = 'task:' || l.task_id);

delete from {ledger}.tasks as t
where not exists (select from {events}.mt_streams as s where s.id = 'task:' || t.id)
  and not exists (
      select
      from {ledger}.tasks as c
      join {events}.mt_streams as s on s.id = 'task:' || c.id
      where c.parent_task_id = t.id);

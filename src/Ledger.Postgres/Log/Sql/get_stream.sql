-- One stream: $1 its name. No row for one that retention is removing.
select s.id,
       coalesce(s.version, 0),
       s.created,
       s."timestamp",
       coalesce(s.is_archived, false)
from {events}.mt_streams as s
where s.id = $1
  and (s.is_archived is not true or not {ledger}.retaining_v1(s.id))

-- One stream: $1 its name.
select s.id,
       coalesce(s.version, 0),
       s.created,
       s."timestamp",
       coalesce(s.is_archived, false)
from {events}.mt_streams as s
where s.id = $1

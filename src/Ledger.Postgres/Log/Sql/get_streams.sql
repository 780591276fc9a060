-- Streams by their names: $1, without repetitions. No row for one that retention is removing.
select s.id,
       coalesce(s.version, 0),
       s.created,
       s."timestamp",
       coalesce(s.is_archived, false)
from unnest($1::text[]) as w (id)
cross join lateral (
    select *
    from {events}.mt_streams as m
    where m.id = w.id
    limit 1) as s
where (s.is_archived is not true or not {ledger}.retaining_v1(s.id))

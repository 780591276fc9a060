-- The segments of histories: $1 the streams. A row for each that exists, with its version, and that retention is not removing; no root for what is not a branch.
select s.id,
       coalesce(s.version, 0),
       b.root,
       b.segment_stream,
       b.segment_taken
from unnest($1::text[]) with ordinality as n (id, ordinal)
cross join lateral (
    select t.id, t.version
    from {events}.mt_streams as t
    where t.id = n.id
      and (t.is_archived is not true or not {ledger}.retaining_v1(t.id))
    limit 1) as s
left join lateral (
    select r.root, r.segment_stream, r.segment_taken
    from {ledger}.branch as r
    where r.stream = n.id
    limit 1) as b on true
order by n.ordinal

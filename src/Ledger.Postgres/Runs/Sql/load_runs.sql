-- Streams by their names with their summaries: $1 the names, without repetitions. A row for each that exists, and that retention is not removing: its name, its version, whether it is archived,
-- the version and state of its summary or null, the segments of its lineage or null, and the name of the rules of its summary or null.
select s.id,
       coalesce(s.version, 0),
       coalesce(s.is_archived, false),
       r.version,
       r.state,
       b.segment_stream,
       b.segment_taken,
       r.rules
from unnest($1::text[]) as w (id)
cross join lateral (
    select *
    from {events}.mt_streams as m
    where m.id = w.id
      and (m.is_archived is not true or not {ledger}.retaining_v1(m.id))
    limit 1) as s
left join lateral (
    select *
    from {ledger}.run_summary as n
    where n.stream = w.id
    limit 1) as r on true
left join lateral (
    select *
    from {ledger}.branch as h
    where h.stream = w.id
    limit 1) as b on true

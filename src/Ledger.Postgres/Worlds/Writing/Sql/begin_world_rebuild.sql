-- Removes the rows of the worlds of some streams, which are locked. $1 the streams. A row for each stream in the order of the list: its name, its version,
-- whether it gets rows: runs and branches do, as after appends, and others whose world was read once; and whether it is a branch, whose rows begin with those
-- of its ancestors.
with gone as (
    delete from {ledger}.world_head as h
    where h.stream = any ($1)
    returning h.stream)
select n.stream,
       coalesce(t.version, 0)::bigint,
       starts_with(n.stream, 'run:')
           or starts_with(n.stream, 'branch:')
           or exists (select from gone as g where g.stream = n.stream),
       exists (select from {ledger}.branch as b where b.stream = n.stream)
from unnest($1::text[]) with ordinality as n (stream, ordinal)
left join {events}.mt_streams as t on t.id = n.stream
order by n.ordinal

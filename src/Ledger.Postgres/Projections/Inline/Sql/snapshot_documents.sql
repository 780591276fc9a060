-- The documents of the touched streams. {documents} their table; $1 what the streams' names begin with.
-- One look-up for each stream, whatever the planner believes of a table that was never analysed.
select s.stream,
       d.mt_version,
       d.data
from {ledger}.touched_v1() as s
cross join lateral (
    select *
    from {documents} as m
    where m.id = s.stream
    limit 1) as d
where starts_with(s.stream, $1)

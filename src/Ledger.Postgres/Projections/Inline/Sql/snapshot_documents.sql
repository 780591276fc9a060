-- The documents of the touched streams. {documents} their table; $1 the prefix of the streams' names. One look-up for each stream, regardless of the planner's
-- estimates for a table that was never analysed.
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

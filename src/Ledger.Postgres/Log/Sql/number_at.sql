-- The number of the first event of the log that was recorded at a time $1 or later, by halving: about one look at the index for each bit of the number.
-- No row where there is no such event. Times of different streams are not quite in the order of the log, so callers allow for it.
with recursive halves as (
    select coalesce((select min(m.seq_id) from {events}.mt_events as m), 1) as low,
           coalesce((select max(m.seq_id) from {events}.mt_events as m), 0) + 1 as high
    union all
    select case when e.is_later then h.low else h.middle + 1 end,
           case when e.is_later then h.middle else h.high end
    from (
        select r.low,
               r.high,
               (r.low + r.high) / 2 as middle
        from halves as r
        where r.low < r.high) as h
    cross join lateral (
        select coalesce(
            (select m."timestamp" >= $1
             from {events}.mt_events as m
             where m.seq_id >= h.middle
             order by m.seq_id
             limit 1), true) as is_later) as e)
select m.seq_id
from {events}.mt_events as m
where m.seq_id >= (select min(h.high) from halves as h)
order by m.seq_id
limit 1

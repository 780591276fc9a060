-- The documents of the streams of a page of the log, with only the name if a stream has none yet; a branch has no row.
-- {documents} their table; $1 the number before the page, $2 the last one wanted, $3 how many events to look at, $4 the prefix of the streams' names, $5 the
-- types of the events or null for all.
select n.id,
       d.mt_version,
       d.data
from (
    select distinct e.stream_id as id
    from (
        select m.stream_id, m.type
        from {events}.mt_events as m
        where m.seq_id > $1
          and m.seq_id <= $2
        order by m.seq_id
        limit $3) as e
    where starts_with(e.stream_id, $4)
      and ($5::text[] is null or e.type = any ($5))) as n
left join lateral (
    select *
    from {documents} as m
    where m.id = n.id
    limit 1) as d on true
where not exists (select from {ledger}.branch as b where b.stream = n.id)

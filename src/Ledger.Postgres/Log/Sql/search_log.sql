-- Of the last $13 events of the log, whatever their streams, the last $12 that meet conditions, the last one first: $1 the number before which and $2 from which on
-- to look (null: any), $3 the prefix of the streams' names, $4 the streams (null: any); $5 types, $6 beginnings of types (null both: any type), $7 the actor
-- (null: any), $8 a text that the JSON contains in lower case (null: any), $9 the tool of a call (null: any), $10 a path into the JSON or its arguments
-- (null: any), $11 the value there, and $16 the same as a number (null: none); $14 and $15 since when and before when they were recorded, $17 the object
-- that they are about (null: any).
-- Every row ends with the first number that was looked at, and how many events were; where nothing was found there is one row, of these alone.
-- The events are counted before they are filtered: otherwise a condition on streams with few events walks the whole log.
-- The lower case of the collation "C" is that of ASCII letters alone, many times as fast as translate().
-- It is not prepared, because a plan for all conditions would be a bad one for each.
with bounds as materialized (
    select min(s.seq_id) as low,
           count(*) as examined
    from (
        select m.seq_id
        from {events}.mt_events as m
        where ($1::bigint is null or m.seq_id < $1)
          and ($2::bigint is null or m.seq_id >= $2)
        order by m.seq_id desc
        limit $13) as s)
select e.stream_id,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id,
       b.low,
       b.examined
from bounds as b
left join lateral (
    select *
    from {events}.mt_events as m
    where m.seq_id >= b.low
      and ($1::bigint is null or m.seq_id < $1)
      and ($3::text = '' or m.stream_id ^@ $3)
      and ($4::text[] is null or m.stream_id = any ($4))
      and {filter}
    order by m.seq_id desc
    limit $12) as e on true
order by e.seq_id desc

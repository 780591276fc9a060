-- The last $12 events of the log that meet conditions, the last one first, of $13 events at most: $1 the number before which and $2 from which on to look
-- (null: any), $3 the prefix of the streams' names, $4 the streams (null: any); $5 types, $6 beginnings of types (null both: any type), $7 the actor (null: any),
-- $8 a text that the JSON contains in lower case (null: any), $9 the tool of a call (null: any), $10 a path into the JSON or its arguments (null: any), and
-- $11 the value there; $14 and $15 since when and before when they were recorded (null: any).
-- Every row ends with the first number that was looked at, and how many events were; where nothing was found there is one row, of these alone.
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
          and ($3 = '' or m.stream_id ^@ $3)
          and ($4::text[] is null or m.stream_id = any ($4))
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
      and ($3 = '' or m.stream_id ^@ $3)
      and ($4::text[] is null or m.stream_id = any ($4))
      and ($14::timestamptz is null or m."timestamp" >= $14)
      and ($15::timestamptz is null or m."timestamp" < $15)
      and ($5::text[] is null or m.type = any ($5) or m.type ^@ any ($6::text[]))
      and ($9::text is null or (m.type = 'tool.called' and m.data ->> 'tool' = $9 and jsonb_typeof(m.data -> 'tool') = 'string'))
      and ($7::text is null or m.headers ->> 'actor' = $7)
      and ($10::text[] is null
           or (m.data #>> $10 = $11 and jsonb_typeof(m.data #> $10) in ('string', 'number', 'boolean'))
           or (m.data -> 'arguments' #>> $10 = $11 and jsonb_typeof(m.data -> 'arguments' #> $10) in ('string', 'number', 'boolean')))
      and ($8::text is null
           or position($8 in lower(m.data::text collate "C")) > 0)
    order by m.seq_id desc
    limit $12) as e on true
order by e.seq_id desc

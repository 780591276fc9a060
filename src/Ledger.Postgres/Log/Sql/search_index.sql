-- The same as search_log for the events that the index of the search names: $18 keys that they have, $19 keys of which they have one (null: any),
-- $20 the shard of the index. The last column is up to which number events are indexed, as this statement sees it.
-- The nested loop looks at them in the order of their numbers, and ends with the last wanted.
with candidates as materialized (
    select c.seq
    from {ledger}.search_candidates_v1($18::smallint[], $19::smallint[], coalesce($2, 1) - 1, $1, $13) as c (seq)),
bounds as materialized (
    select min(c.seq) as low,
           count(*) as examined
    from candidates as c)
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
       b.examined,
       coalesce((select p.last_seq_id from {events}.mt_event_progression as p where p.name = $20), 0)
from bounds as b
left join lateral (
    select o.*
    from candidates as c
    cross join lateral (
        select *
        from {events}.mt_events as m
        where m.seq_id = c.seq
          and ($3::text = '' or m.stream_id ^@ $3)
          and ($4::text[] is null or m.stream_id = any ($4))
          and {filter}
        limit 1) as o
    limit $12) as e on true
order by e.seq_id desc

-- The same as search_log for few events: of all events of the streams $4, which have $13 at most, stream by stream.
with bounds as materialized (
    select min(s.seq_id) as low,
           count(*) as examined
    from unnest($4::text[]) as w (id)
    cross join lateral (
        select m.seq_id
        from {events}.mt_events as m
        where m.stream_id = w.id
          and ($1::bigint is null or m.seq_id < $1)
          and ($2::bigint is null or m.seq_id >= $2)
        order by m.version desc
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
    select o.*
    from unnest($4::text[]) as w (id)
    cross join lateral (
        select *
        from {events}.mt_events as m
        where m.stream_id = w.id
          and ($1::bigint is null or m.seq_id < $1)
          and ($2::bigint is null or m.seq_id >= $2)
          and {filter}
        order by m.version desc
        limit $12) as o
    order by o.seq_id desc
    limit $12) as e on true
order by e.seq_id desc

-- A page of the events of calls in a history: $1 the own stream, $2 streams, $3 the first and $4 the last version to look at of each, $5 most rows, $6 their
-- types, $7 the number of this list. Up to the last mark of a stream the marks name them, but for those that a program with another list wrote; the rest is looked
-- through. A mark may name events of the marks before it too, where these were written later.
-- In the order of the streams, then by version, as the nested loops give it. The last columns are the version of the own stream and that of its last mark;
-- without events one row has them.
select e.ordinal,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id,
       o.version,
       o.marked
from (
    select coalesce((select s.version from {events}.mt_streams as s where s.id = $1), 0) as version,
           coalesce((select max(k.version) from {ledger}.run_mark as k where k.stream = $1), 0) as marked) as o
left join lateral (
    select w.ordinal, f.*
    from unnest($2::text[], $3::bigint[], $4::bigint[]) with ordinality as w (stream, first, last, ordinal)
    cross join lateral (
        select coalesce(max(k.version), 0) as marked,
               coalesce(max(k.version) filter (where k.calls is null or k.calls_of is distinct from $7), 0) as bare
        from {ledger}.run_mark as k
        where k.stream = w.stream
          and k.version >= w.first
          and k.version <= coalesce(
              (select min(n.version) from {ledger}.run_mark as n where n.stream = w.stream and n.version >= w.last), w.last)) as k
    cross join lateral (
        select *
        from (
            select *
            from {events}.mt_events as m
            where m.stream_id = w.stream
              and m.version between w.first and least(w.last, k.bare)
              and m.type = any ($6)
            order by m.version) as unnamed
        union all
        select named.*
        from (
            select c.version
            from (
                select r.version, r.calls, lag(r.version, 1, 0::bigint) over (order by r.version) as before
                from {ledger}.run_mark as r
                where r.stream = w.stream
                  and r.version > greatest(k.bare, w.first - 1)
                  and r.version <= k.marked) as n
            cross join lateral unnest(n.calls) as c (version)
            where c.version > n.before
              and c.version between greatest(w.first, k.bare + 1) and w.last
            order by n.version, c.version) as c
        cross join lateral (
            select *
            from {events}.mt_events as m
            where m.stream_id = w.stream
              and m.version = c.version
            limit 1) as named
        union all
        select *
        from (
            select *
            from {events}.mt_events as m
            where m.stream_id = w.stream
              and m.version between greatest(w.first, k.marked + 1) and w.last
              and m.type = any ($6)
            order by m.version) as later) as f
    limit $5) as e on true

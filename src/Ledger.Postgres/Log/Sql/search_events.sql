-- The first $8 events of a part of a history that meet conditions: $1 streams, $2 the first and $3 the last version of each; $4 types,
-- $5 beginnings of types (null both: any type), $6 the actor (null: any), $7 a text that the JSON contains in lower case (null: any),
-- $9 the call that they belong to (null: any).
-- In the order of the streams, then by version, without a sort: the nested loop gives that order.
select s.ordinal,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from unnest($1::text[], $2::bigint[], $3::bigint[]) with ordinality as s (stream, first, last, ordinal)
cross join lateral (
    select *
    from {events}.mt_events as m
    where m.stream_id = s.stream
      and m.version >= s.first
      and m.version <= least(s.last, (select t.version from {events}.mt_streams as t where t.id = s.stream and t.is_archived))
      and ($4::text[] is null or m.type = any ($4) or m.type ^@ any ($5::text[]))
      and ($6::text is null or m.headers ->> 'actor' = $6)
      and ($9::text is null or m.headers ->> 'call_id' = $9)
      and ($7::text is null
           or position($7 in lower(m.data::text collate "C")) > 0)
    order by m.version
    limit $8) as e
limit $8

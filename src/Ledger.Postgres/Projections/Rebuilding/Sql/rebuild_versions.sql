-- Some streams in the order of the list, with their versions, 0 for one that is not there. $1 the streams.
select n.stream,
       coalesce(s.version, 0)::bigint
from unnest($1::text[]) with ordinality as n (stream, place)
left join {events}.mt_streams as s on s.id = n.stream
order by n.place

-- Writes marks; one that exists says the same. $1 the streams, $2 the versions, $3 the totals, $4 the types of the events that marks name, $5 the number of this list.
insert into {ledger}.run_mark (stream, version, totals, calls, calls_of)
select n.stream,
       n.version,
       n.totals,
       array(
           select m.version
           from {events}.mt_events as m
           where m.stream_id = n.stream
             and m.version > greatest(n.before, (
                 select max(k.version) from {ledger}.run_mark as k where k.stream = n.stream and k.version < n.version))
             and m.version <= n.version
             and m.type = any ($4)
           order by m.version),
       $5::integer
from (
    select w.stream, w.version, w.totals, coalesce(lag(w.version) over (partition by w.stream order by w.version), 0) as before
    from unnest($1::text[], $2::bigint[], $3::jsonb[]) as w (stream, version, totals)) as n
order by n.stream collate "C", n.version
on conflict do nothing

-- The segments of the first p_position events of a history.
--   p_stream    the run or branch. Inlined beside an id, which sorts by code point, it would be compared in that way too, and no index on streams could be used
--   p_position  the number of events
-- Result: a row for each segment: its ordinal, rising from the root; its stream; the number of events before it; the number of events that
-- it takes of its stream.
create or replace function {ledger}.world_segment_v1(p_stream text, p_position bigint)
returns table (ordinal integer, stream text, before bigint, upto bigint)
language sql
stable
rows 3
as $function$
    select n.ordinal, n.stream, n.before, least(n.taken, p_position - n.before)
    from (
        select g.ordinal,
               g.stream::text,
               (sum(g.taken) over (order by g.ordinal))::bigint - g.taken as before,
               g.taken
        from {ledger}.lineage as g
        where g.branch = p_stream collate "default"
        union all
        select 2147483647,
               p_stream collate "default",
               coalesce((select sum(g.taken) from {ledger}.lineage as g where g.branch = p_stream collate "default"), 0)::bigint,
               9223372036854775807) as n (ordinal, stream, before, taken)
    where n.before < p_position
$function$;

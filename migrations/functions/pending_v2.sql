-- The events of the touched streams (touched_v1) that a projection has not applied. Looked up stream by stream: a join that was planned on
-- empty tables would read each stream whole.
--   p_projection  the projection's name
--   p_prefix      what the names of its streams begin with
--   p_types       the event types that it takes (null: all)
-- Result: the events, in the order of the log.
create or replace function {ledger}.pending_v2(p_projection text, p_prefix text, p_types text[])
returns setof {events}.mt_events
language sql
stable
rows 100
set enable_seqscan = off
as $function$
    select e.*
    from {ledger}.touched_v1() as s
    left join {ledger}.projection_head as h on h.projection = p_projection and h.stream = s.stream
    cross join lateral (
        select m.*
        from {events}.mt_events as m
        where m.stream_id = s.stream and m.version > coalesce(h.version, 0) and m.version <= s.last
        offset 0
    ) as e
    where starts_with(s.stream, p_prefix)
      and (p_types is null or e.type = any (p_types))
    order by e.seq_id
$function$;

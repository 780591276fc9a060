-- Inline projections that take the events of some streams or some types alone. touched_v1 names what an append wrote; what follows
-- counts the streams among them whose names begin with a prefix.

-- The events of the touched streams that a projection has not applied, in the order of the log. p_projection: its name. p_prefix: what
-- the streams' names begin with. p_types: the names of the event types that it takes, or null for all. Looked up stream by stream: a join
-- that was planned on empty tables would read each stream whole.
create function {ledger}.pending_v2(p_projection text, p_prefix text, p_types text[])
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

-- Says that a projection has applied all events of the touched streams. p_projection: its name. p_prefix: as for pending_v2.
-- In plpgsql, whose plans are kept: every append with rows behind it comes here.
create function {ledger}.advance_v2(p_projection text, p_prefix text)
returns void
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    insert into {ledger}.projection_head as h (projection, stream, version)
    select p_projection, t.id, least(t.version, s.last)
    from {ledger}.touched_v1() as s
    join {events}.mt_streams as t on t.id = s.stream
    where starts_with(s.stream, p_prefix)
    order by t.id
    on conflict (projection, stream) do update set version = excluded.version
    where h.version <> excluded.version;
end
$function$;

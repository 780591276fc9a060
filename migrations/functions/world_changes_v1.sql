-- The events that made, changed and removed some objects and relations in a part of a history. The rows must reach that far.
--   p_stream     the run or branch
--   p_from       the position of the first event of the part
--   p_to         the position after its last event
--   p_objects    the ids of the objects
--   p_relations  the ids of the relations
-- Result: a row for each event, in order: the position, the columns of a page of events, and the stream.
create or replace function {ledger}.world_changes_v1(
    p_stream text, p_from bigint, p_to bigint, p_objects text[], p_relations text[])
returns table (
    "position" bigint, version bigint, seq_id bigint, id uuid, type text, data jsonb, headers jsonb, "timestamp" timestamptz,
    correlation_id text, causation_id text, stream text)
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    with part as materialized (
        select s.stream, s.before, greatest(p_from - s.before, 0) as same, s.upto
        from {ledger}.world_segment_v1(p_stream, p_to) as s
        where s.before + s.upto > p_from
    ),
    change as materialized (
        select p.stream, p.before, o.valid_from as version
        from part as p
        cross join unnest(p_objects) as n (id)
        join {ledger}.world_object as o on o.stream = p.stream and o.id = n.id
        where o.valid_from > p.same and o.valid_from <= p.upto
        union all
        select p.stream, p.before, o.valid_from
        from part as p
        cross join unnest(p_objects) as n (id)
        join {ledger}.world_object_past as o on o.stream = p.stream and o.id = n.id and o.valid_from > p.same and o.valid_from <= p.upto
        union all
        select p.stream, p.before, r.valid_from
        from part as p
        cross join unnest(p_relations) as n (id)
        join {ledger}.world_relation as r on r.stream = p.stream and r.id = n.id
        where r.valid_from > p.same and r.valid_from <= p.upto
        union all
        select p.stream, p.before, r.valid_from
        from part as p
        cross join unnest(p_relations) as n (id)
        join {ledger}.world_relation_past as r on r.stream = p.stream and r.id = n.id and r.valid_from > p.same and r.valid_from <= p.upto
    )
    select c.before + m.version - 1, m.version, m.seq_id, m.id, m.type::text, m.data, m.headers, m."timestamp",
           m.correlation_id::text, m.causation_id::text, c.stream
    from change as c
    join {events}.mt_events as m on m.stream_id = c.stream and m.version = c.version
    order by 1;
end
$function$;

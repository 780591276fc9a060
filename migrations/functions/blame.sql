-- For each property of an object, the event that set it last.
--   p_stream    the run or branch, such as run:a
--   p_id        the object's id
--   p_position  the number of first events to look at (null: all)
-- Result: a row for each property: its value, and the position, id, type, actor and time of the event. No row if the object does not exist.
create or replace function {ledger}.blame(p_stream text, p_id text, p_position bigint default null)
returns table (
    property text, value jsonb, at bigint, event_id uuid, event_type text, actor text, "timestamp" timestamptz)
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
declare
    upto constant bigint := {ledger}.world_position_v1(p_stream, p_position);
begin
    return query
    with change as materialized (
        select s.before + v.version - 1 as at, m.id, m.type, m.data, m.headers, m."timestamp"
        from {ledger}.world_segment_v1(p_stream, upto) as s
        cross join lateral (
            select o.valid_from from {ledger}.world_object as o where o.stream = s.stream and o.id = p_id and o.valid_from <= s.upto
            union all
            select o.valid_from from {ledger}.world_object_past as o where o.stream = s.stream and o.id = p_id and o.valid_from <= s.upto
        ) as v (version)
        join {events}.mt_events as m on m.stream_id = s.stream and m.version = v.version
    ),
    -- What was said before the object was last created is gone.
    made as (
        select max(c.at) as at from change as c where c.type <> 'object.patched'
    )
    select distinct on (p.key collate "C") p.key, p.value, c.at, c.id, c.type::text, c.headers ->> 'actor', c."timestamp"
    from change as c
    join made on c.at >= made.at
    cross join lateral jsonb_each(coalesce(c.data -> case c.type when 'object.created' then 'data' else 'patch' end, '{}')) as p
    where c.type <> 'object.removed'
    order by p.key collate "C", c.at desc;
end
$function$;

comment on function {ledger}.blame(text, text, bigint) is
    'For each property of an object the event that set it last: its position, id, type, actor and time. No row if the object does not exist.';

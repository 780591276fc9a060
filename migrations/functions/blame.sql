-- For each property of an object, the event that set it last. Its changes are read from the last one back, until each property is found.
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
    wanted text[];
    found_at bigint[] := '{}';
    found_id uuid[] := '{}';
    found_key text[] := '{}';
    found_value jsonb[] := '{}';
    part record;
    change record;
    item record;
    versions bigint[];
    page integer := 100;
begin
    select array(select k.name from jsonb_object_keys(o.data) as k (name))
    into wanted
    from {ledger}.world_object_at_v1(p_stream, p_id, upto) as o
    where not o.removed;

    <<history>>
    for part in select s.stream, s.before, s.upto from {ledger}.world_segment_v1(p_stream, upto) as s order by s.ordinal desc loop
        loop
            exit history when wanted is null or cardinality(wanted) = 0;
            select array_agg(v.version order by v.version desc)
            into versions
            from (
                (select o.valid_from as version
                 from {ledger}.world_object as o
                 where o.stream = part.stream and o.id = p_id and o.valid_from <= part.upto)
                union all
                (select o.valid_from
                 from {ledger}.world_object_past as o
                 where o.stream = part.stream and o.id = p_id and o.valid_from <= part.upto
                 order by o.valid_from desc
                 limit page)
                order by version desc
                limit page) as v;
            exit when versions is null;

            for change in
                select m.id, m.type, m.data, part.before + m.version - 1 as at
                from unnest(versions) with ordinality as v (version, place)
                join {events}.mt_events as m on m.stream_id = part.stream and m.version = v.version
                order by v.place
            loop
                for item in
                    select p.key, p.value
                    from jsonb_each(coalesce(change.data -> case change.type when 'object.created' then 'data' else 'patch' end, '{}')) as p
                    where p.key = any (wanted)
                loop
                    wanted := array_remove(wanted, item.key);
                    found_at := found_at || change.at;
                    found_id := found_id || change.id;
                    found_key := found_key || item.key;
                    found_value := found_value || item.value;
                end loop;

                -- What was said before the object was last created is gone.
                exit history when change.type <> 'object.patched' or cardinality(wanted) = 0;
            end loop;

            part.upto := versions[cardinality(versions)] - 1;
            page := least(2 * page, 10000);
        end loop;
    end loop;

    return query
    select f.key, f.value, f.at, m.id, m.type::text, m.headers ->> 'actor', m."timestamp"
    from unnest(found_key, found_value, found_at, found_id) as f (key, value, at, id)
    join {events}.mt_events as m on m.id = f.id
    order by f.key collate "C";
end
$function$;

comment on function {ledger}.blame(text, text, bigint) is
    'For each property of an object the event that set it last: its position, id, type, actor and time. No row if the object does not exist.';

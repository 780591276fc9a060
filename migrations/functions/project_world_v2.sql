-- Writes the world rows of the events that streams have and their rows lack. The transaction must hold the locks of the streams. A branch
-- gets no rows while its ancestors' rows lack events that it shares.
-- A stream whose rows lack one event, which changes an object that has a row, is written here, with all others of its kind in one
-- statement: the batch of single appends. The rest goes to fold_world_v2.
--   p_streams  the streams
--   p_limit    the most events of each stream
-- Result: none.
create or replace function {ledger}.project_world_v2(p_streams text[], p_limit bigint)
returns void
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    written text[];
begin
    with event as materialized (
        select h.stream,
               h.prefix,
               m.version,
               case m.type
                   when 'object.patched' then 'patch'
                   when 'object.created' then 'create'
                   when 'object.removed' then 'remove'
                   when 'relation.created' then 'other'
                   when 'relation.removed' then 'other'
                   when 'budget.exhausted' then 'other'
               end as act,
               m.data ->> 'id' as id,
               m.data ->> 'type' as type,
               coalesce(m.data -> case m.type when 'object.created' then 'data' else 'patch' end, '{}') as body,
               jsonb_typeof(m.data -> 'id') = 'string' and octet_length(m.data ->> 'id') <= 500 as has_id,
               jsonb_typeof(m.data -> 'type') = 'string' as has_type
        from {ledger}.world_head as h
        join {events}.mt_streams as t on t.id = h.stream and t.version = h.version + 1
        join {events}.mt_events as m on m.stream_id = t.id and m.version = t.version
        where h.stream = any (p_streams)
          and h.version > 0
          and h.cut_version is null
    ),
    change as materialized (
        select e.stream,
               e.version,
               e.act,
               e.id,
               o.ctid as place,
               o.type as old_type,
               o.data as old_data,
               o.created_at as old_created_at,
               o.valid_from as old_from,
               o.removed as old_removed,
               case e.act when 'create' then e.type else o.type end as type,
               case e.act when 'create' then e.body when 'patch' then o.data || e.body when 'remove' then '{}' end as data,
               case when o.removed is false then o.created_at else e.prefix + e.version - 1 end as created_at
        from event as e
        left join {ledger}.world_object as o on o.stream = e.stream and o.id = e.id
        where e.act is null
           or e.has_id
              and jsonb_typeof(e.body) = 'object'
              and (e.act = 'create' and e.has_type and (e.prefix = 0 or o.id is not null)
                   or e.act in ('patch', 'remove') and o.removed is false)
    ),
    superseded as (
        insert into {ledger}.world_object_past (stream, id, type, data, created_at, valid_from, removed)
        select c.stream, c.id, c.old_type, c.old_data, c.old_created_at, c.old_from, c.old_removed
        from change as c
        where c.act is not null
          and c.old_from is not null
    ),
    changed as (
        update {ledger}.world_object as o
        set type = c.type,
            data = c.data,
            created_at = c.created_at,
            valid_from = c.version,
            removed = c.act = 'remove'
        from change as c
        where c.act is not null
          and o.ctid = c.place
    ),
    made as (
        insert into {ledger}.world_object (stream, id, type, data, created_at, valid_from, removed)
        select c.stream, c.id, c.type, c.data, c.created_at, c.version, false
        from change as c
        where c.act is not null
          and c.old_from is null
    ),
    moved as (
        update {ledger}.world_head as h
        set version = c.version
        from change as c
        where h.stream = c.stream
        returning h.stream
    )
    select array_agg(m.stream) into written from moved as m;

    if cardinality(written) = cardinality(p_streams) then
        return;
    end if;

    perform {ledger}.fold_world_v2(
        array(select n.stream from unnest(p_streams) as n (stream) where n.stream <> all (coalesce(written, '{}'))),
        p_limit);
end
$function$;

-- Writes the world rows of events that were just inserted, without reading them again: of each that follows on what the rows stand for, and changes an object
-- that has a row, all in one statement. The transaction must hold the locks of the streams. It trusts what it is given: only functions of the log call it.
--   p_streams   the stream of each event, or one where all are equal
--   p_versions  the version of each
--   p_types     the type of each, or one where all are equal
--   p_data      the data of each
-- Result: the runs and branches among the streams whose rows lack events then, for fold_world_v2; null for none.
create or replace function {ledger}.project_events_v1(p_streams text[], p_versions bigint[], p_types text[], p_data jsonb[])
returns text[]
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
    same_stream constant text := case when cardinality(p_streams) = 1 then p_streams[1] end;
    same_type constant text := case when cardinality(p_types) = 1 then p_types[1] end;
    written bigint;
begin
    -- The batch of an agent that works is patches: for them alone the statement is half as large, and it is set up for each batch.
    if same_type = 'object.patched' then
        with change as materialized (
            select o.stream,
                   o.id,
                   o.ctid as place,
                   o.type,
                   o.data as old_data,
                   o.created_at,
                   o.valid_from as old_from,
                   o.data || coalesce(m.data -> 'patch', '{}') as data,
                   h.ctid as head,
                   m.version
            from (
                select unnest(p_streams) as stream,
                       unnest(p_versions) as version,
                       unnest(p_data) as data) as m
            join {ledger}.world_head as h on h.stream = coalesce(same_stream, m.stream) and h.version = m.version - 1
            join {ledger}.world_object as o on o.stream = h.stream and o.id = m.data ->> 'id'
            where h.version > 0
              and h.cut_version is null
              and h.fault is distinct from 'inherited'
              and not o.removed
              and jsonb_typeof(m.data -> 'id') = 'string'
              and jsonb_typeof(coalesce(m.data -> 'patch', '{}')) = 'object'
        ),
        superseded as (
            insert into {ledger}.world_object_past (stream, id, type, data, created_at, valid_from, removed)
            select c.stream, c.id, c.type, c.old_data, c.created_at, c.old_from, false
            from change as c
        ),
        changed as (
            update {ledger}.world_object as o
            set data = c.data,
                valid_from = c.version
            from change as c
            where o.ctid = c.place
        ),
        moved as (
            update {ledger}.world_head as h
            set version = c.version
            from change as c
            where h.ctid = c.head
            returning h.version
        )
        select count(*) into written from moved;
    else
        with event as materialized (
            select h.stream,
                   h.prefix,
                   h.ctid as head,
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
            from (
                select coalesce(same_stream, n.stream) as stream,
                       n.version,
                       coalesce(same_type, n.type) as type,
                       n.data
                from (
                    select unnest(p_streams) as stream,
                           unnest(p_versions) as version,
                           unnest(p_types) as type,
                           unnest(p_data) as data) as n) as m
            join {ledger}.world_head as h on h.stream = m.stream and h.version = m.version - 1
            where h.version > 0
              and h.cut_version is null
              and h.fault is distinct from 'inherited'
        ),
        change as materialized (
            select e.stream,
                   e.head,
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
            where h.ctid = c.head
            returning h.version
        )
        select count(*) into written from moved;
    end if;

    if written = cardinality(p_versions) then
        return null;
    end if;

    return (
        select array_agg(distinct e.stream)
        from (
            select coalesce(same_stream, n.stream) as stream, n.version
            from unnest(p_streams, p_versions) as n (stream, version)) as e
        where (starts_with(e.stream, 'run:') or starts_with(e.stream, 'branch:'))
          and not exists (select from {ledger}.world_head as h where h.stream = e.stream and h.version >= e.version));
end
$function$;

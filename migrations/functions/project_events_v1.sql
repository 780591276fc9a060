-- Writes the world rows of events that were just inserted, without reading them again: of each that follows on what the rows stand for, and changes an object
-- that has a row, all in one statement. The transaction must hold the locks of the streams. It trusts what it is given: only functions of the log call it.
-- Rows are looked up one by one whatever the planner knows: laterals with an offset say so, where settings of the function would be made and undone for each call.
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
                   o.place,
                   o.type,
                   o.data as old_data,
                   o.created_at,
                   o.valid_from as old_from,
                   o.data || m.patch as data,
                   h.head,
                   m.version
            from (
                select e.stream, e.version, coalesce(e.data -> 'patch', '{}') as patch, e.data -> 'id' as id
                from (
                    select unnest(p_streams) as stream,
                           unnest(p_versions) as version,
                           unnest(p_data) as data) as e
                offset 0) as m
            cross join lateral (
                select w.ctid as head, w.stream
                from {ledger}.world_head as w
                where w.stream = coalesce(same_stream, m.stream)
                  and w.version = m.version - 1
                  and w.version > 0
                  and w.cut_version is null
                  and w.fault is distinct from 'inherited'
                offset 0) as h
            cross join lateral (
                select w.ctid as place, w.stream, w.id, w.type, w.data, w.created_at, w.valid_from
                from {ledger}.world_object as w
                where w.stream = h.stream
                  and w.id = m.id #>> '{}'
                  and not w.removed
                offset 0) as o
            where jsonb_typeof(m.id) = 'string'
              and jsonb_typeof(m.patch) = 'object'
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
        )
        update {ledger}.world_head as h
        set version = c.version
        from change as c
        where h.ctid = c.head;
        get diagnostics written = row_count;
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
            cross join lateral (
                select w.ctid, w.stream, w.prefix
                from {ledger}.world_head as w
                where w.stream = m.stream
                  and w.version = m.version - 1
                  and w.version > 0
                  and w.cut_version is null
                  and w.fault is distinct from 'inherited'
                offset 0) as h
        ),
        change as materialized (
            select e.stream,
                   e.head,
                   e.version,
                   e.act,
                   e.id,
                   o.place,
                   o.type as old_type,
                   o.data as old_data,
                   o.created_at as old_created_at,
                   o.valid_from as old_from,
                   o.removed as old_removed,
                   case e.act when 'create' then e.type else o.type end as type,
                   case e.act when 'create' then e.body when 'patch' then o.data || e.body when 'remove' then '{}' end as data,
                   case when o.removed is false then o.created_at else e.prefix + e.version - 1 end as created_at
            from event as e
            left join lateral (
                select w.ctid as place, w.id, w.type, w.data, w.created_at, w.valid_from, w.removed
                from {ledger}.world_object as w
                where w.stream = e.stream and w.id = e.id
                offset 0) as o on true
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
        )
        update {ledger}.world_head as h
        set version = c.version
        from change as c
        where h.ctid = c.head;
        get diagnostics written = row_count;
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

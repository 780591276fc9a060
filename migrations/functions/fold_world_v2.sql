-- Writes what project_world_v2 writes, for every stream: without rows yet, branches, many events, faults. A stream is folded as a world is,
-- but object by object, each from its row, or from what the ancestors of a branch say of it.
-- An event that cannot be applied is passed over, as the fold does, and recorded in world_fault. A missing field is found first, then a
-- wrong kind of JSON, then an unknown object.
--   p_streams  the streams
--   p_limit    the most events of each stream
-- Result: none.
create or replace function {ledger}.fold_world_v2(p_streams text[], p_limit bigint)
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
    none constant bigint := 9223372036854775807;
    -- For each stream: the version of the event with an id too long for rows; that of the first that cannot be applied or is too long, and
    -- why; that of the first that exhausted the budget.
    cuts bigint[] := array_fill(none, array[cardinality(p_streams)]);
    firsts bigint[] := array_fill(none, array[cardinality(p_streams)]);
    faults text[] := array_fill(null::text, array[cardinality(p_streams)]);
    budgets bigint[] := array_fill(null::bigint, array[cardinality(p_streams)]);
    -- The last event of each stream that is folded here: the daemon does not lock the stream, which may grow meanwhile.
    lasts bigint[];
    -- The state of the object or relation that the events at hand are about, and every state that an event gave. Objects have no ends.
    state {ledger}.world_relation;
    states {ledger}.world_relation[];
    states_relation boolean[];
    states_s integer[];
    -- The events that cannot be applied.
    skipped_s integer[];
    skipped_version bigint[];
    skipped_fault text[];
    last_s integer;
    last_relation boolean;
    last_id text;
    fault_found text;
    e record;
begin
    -- Where the last stream of a branch's lineage has rows without a fault, they say what those before it would: a branch of any depth looks at one row.
    insert into {ledger}.world_head as h (stream, version, prefix, fault_version, fault, cut_version)
    select t.id,
           0,
           coalesce(k.prefix, l.prefix, 0),
           case when l.is_faulty then 0 end,
           case when l.is_faulty then 'ancestor' end,
           case when l.is_cut then 0 end
    from {events}.mt_streams as t
    left join lateral (
        select a.prefix + g.taken as prefix
        from {ledger}.branch_segment as g
        join {ledger}.world_head as a on a.stream = g.stream
        where g.branch = t.id
          and a.version >= g.taken
          and a.fault is null
          and a.cut_version is null) as k on true
    cross join lateral (
        select sum(g.taken) as prefix,
               bool_and(coalesce(a.version >= g.taken or a.cut_version is not null, false)) as is_ready,
               bool_or(a.fault_version <= g.taken) as is_faulty,
               bool_or(a.cut_version <= g.taken) as is_cut
        from {ledger}.lineage as g
        left join {ledger}.world_head as a on a.stream = g.stream
        where g.branch = t.id
          and k.prefix is null) as l
    where t.id = any (p_streams)
      and t.version > 0
      and l.is_ready is not false
      and not exists (select from {ledger}.world_head as o where o.stream = t.id and o.fault is distinct from 'inherited')
    order by t.id collate "C"
    on conflict ({tenant_key}stream) do update
    set fault_version = excluded.fault_version,
        fault = excluded.fault,
        cut_version = excluded.cut_version
    where h.fault = 'inherited';

    -- The daemon locks the head alone.
    perform from {ledger}.world_head as h where h.stream = any (p_streams) order by h.stream collate "C" for no key update;
    select array_agg(least(h.version + p_limit, t.version) order by n.ordinal)
    into lasts
    from unnest(p_streams) with ordinality as n (stream, ordinal)
    left join {ledger}.world_head as h on h.stream = n.stream
    left join {events}.mt_streams as t on t.id = n.stream;

    for e in
        select n.ordinal::integer as s,
               h.stream,
               h.prefix,
               m.version,
               a.act,
               a.is_relation,
               m.data ->> 'id' as id,
               m.data ->> 'type' as type,
               m.data ->> 'source_id' as source_id,
               m.data ->> 'target_id' as target_id,
               coalesce(m.data -> case a.act when 'patch' then 'patch' else 'data' end, '{}') as body,
               case
                   when a.act = 'exhaust' then null
                   when jsonb_typeof(m.data) <> 'object' then 'bad_payload'
                   when not m.data ?& a.required then 'missing_field'
                   when exists (select from unnest(a.required) as f (name) where jsonb_typeof(m.data -> f.name) <> 'string')
                       or a.act = 'create' and jsonb_typeof(m.data -> 'data') <> 'object' then 'bad_payload'
                   when octet_length(m.data ->> 'id') > 500
                       or a.is_relation and greatest(octet_length(m.data ->> 'source_id'), octet_length(m.data ->> 'target_id')) > 500
                       then 'long_id'
               end as fault
        from unnest(p_streams) with ordinality as n (stream, ordinal)
        join {ledger}.world_head as h on h.stream = n.stream and h.cut_version is null and h.fault is distinct from 'inherited'
        cross join lateral (
            select v.version, v.type, v.data
            from {events}.mt_events as v
            where v.stream_id = h.stream
              and v.version > h.version
              and v.version <= lasts[n.ordinal::integer]
            offset 0) as m
        join (
            values ('object.created', 'create', false, '{id,type}'::text[]),
                   ('object.patched', 'patch', false, '{id}'),
                   ('object.removed', 'remove', false, '{id}'),
                   ('relation.created', 'create', true, '{id,type,source_id,target_id}'),
                   ('relation.removed', 'remove', true, '{id}'),
                   ('budget.exhausted', 'exhaust', false, '{}')) as a (type, act, is_relation, required) on a.type = m.type
        order by n.ordinal, a.is_relation, (m.data ->> 'id') collate "C", m.version
    loop
        if e.act = 'exhaust' then
            budgets[e.s] := least(budgets[e.s], e.version);
            continue;
        end if;

        if (e.s, e.is_relation, e.id) is distinct from (last_s, last_relation, last_id) then
            last_s := e.s;
            last_relation := e.is_relation;
            last_id := e.id;
            if e.is_relation then
                select r.* into state from {ledger}.world_relation as r where r.stream = e.stream and r.id = e.id;
            else
                select o.stream, o.id, o.type, null, null, o.data, o.created_at, o.valid_from, o.removed into state
                from {ledger}.world_object as o
                where o.stream = e.stream and o.id = e.id;
            end if;

            if not found and e.prefix > 0 then
                if e.is_relation then
                    select e.stream, e.id, i.type, i.source_id, i.target_id, i.data, i.created_at, 0, i.removed into state
                    from {ledger}.world_relation_at_v1(e.stream, e.id, e.prefix) as i;
                else
                    select e.stream, e.id, i.type, null, null, i.data, i.created_at, 0, i.removed into state
                    from {ledger}.world_object_at_v1(e.stream, e.id, e.prefix) as i;
                end if;
            end if;
        end if;

        fault_found := coalesce(
            e.fault,
            case when e.act = 'patch' then
                case when state.removed is not false then 'unknown_object' when jsonb_typeof(e.body) <> 'object' then 'bad_payload' end
            end);
        if fault_found is not null then
            if e.version < firsts[e.s] then
                firsts[e.s] := e.version;
                faults[e.s] := fault_found;
            end if;

            if fault_found = 'long_id' then
                cuts[e.s] := least(cuts[e.s], e.version);
            else
                skipped_s := skipped_s || e.s;
                skipped_version := skipped_version || e.version;
                skipped_fault := skipped_fault || fault_found;
            end if;

            continue;
        end if;

        if state.removed is not false then
            continue when e.act = 'remove';
            state.created_at := e.prefix + e.version - 1;
        end if;

        state.stream := e.stream;
        state.id := e.id;
        state.valid_from := e.version;
        state.removed := e.act = 'remove';
        if e.act = 'create' then
            state.type := e.type;
            state.source_id := e.source_id;
            state.target_id := e.target_id;
            state.data := e.body;
        else
            state.data := case e.act when 'patch' then state.data || e.body else '{}' end;
        end if;

        states := states || state;
        states_relation := states_relation || e.is_relation;
        states_s := states_s || e.s;
    end loop;

    if false = any (states_relation) then
        with written as materialized (
            select w.*, lead(w.valid_from) over (partition by w.stream, w.id order by w.valid_from) is null as is_last
            from unnest(states, states_relation, states_s)
                 as w (stream, id, type, source_id, target_id, data, created_at, valid_from, removed, {tenant_key}is_relation, s)
            where not w.is_relation
              and w.valid_from < cuts[w.s]
        ),
        superseded as (
            insert into {ledger}.world_object_past (stream, id, type, data, created_at, valid_from, removed)
            select o.stream, o.id, o.type, o.data, o.created_at, o.valid_from, o.removed
            from written as w
            cross join lateral (
                select x.*
                from {ledger}.world_object as x
                where x.stream = w.stream
                  and x.id = w.id
                limit 1) as o
            where w.is_last
            union all
            select w.stream, w.id, w.type, w.data, w.created_at, w.valid_from, w.removed
            from written as w
            where not w.is_last
        )
        insert into {ledger}.world_object as o (stream, id, type, data, created_at, valid_from, removed)
        select w.stream, w.id, w.type, w.data, w.created_at, w.valid_from, w.removed
        from written as w
        where w.is_last
        on conflict ({tenant_key}stream, id) do update
        set type = excluded.type,
            data = excluded.data,
            created_at = excluded.created_at,
            valid_from = excluded.valid_from,
            removed = excluded.removed;
    end if;

    if true = any (states_relation) then
        with written as materialized (
            select w.*, lead(w.valid_from) over (partition by w.stream, w.id order by w.valid_from) is null as is_last
            from unnest(states, states_relation, states_s)
                 as w (stream, id, type, source_id, target_id, data, created_at, valid_from, removed, {tenant_key}is_relation, s)
            where w.is_relation
              and w.valid_from < cuts[w.s]
        ),
        superseded as (
            insert into {ledger}.world_relation_past (stream, id, type, source_id, target_id, data, created_at, valid_from, removed)
            select r.stream, r.id, r.type, r.source_id, r.target_id, r.data, r.created_at, r.valid_from, r.removed
            from written as w
            cross join lateral (
                select x.*
                from {ledger}.world_relation as x
                where x.stream = w.stream
                  and x.id = w.id
                limit 1) as r
            where w.is_last
            union all
            select w.stream, w.id, w.type, w.source_id, w.target_id, w.data, w.created_at, w.valid_from, w.removed
            from written as w
            where not w.is_last
        )
        insert into {ledger}.world_relation as r (stream, id, type, source_id, target_id, data, created_at, valid_from, removed)
        select w.stream, w.id, w.type, w.source_id, w.target_id, w.data, w.created_at, w.valid_from, w.removed
        from written as w
        where w.is_last
        on conflict ({tenant_key}stream, id) do update
        set type = excluded.type,
            source_id = excluded.source_id,
            target_id = excluded.target_id,
            data = excluded.data,
            created_at = excluded.created_at,
            valid_from = excluded.valid_from,
            removed = excluded.removed;
    end if;

    if skipped_s is not null then
        insert into {ledger}.world_fault (stream, version, fault)
        select p_streams[k.s], k.version, k.fault
        from unnest(skipped_s, skipped_version, skipped_fault) as k (s, version, fault)
        where k.version < cuts[k.s];
    end if;

    update {ledger}.world_head as h
    set version = least(n.cut - 1, n.last),
        budget_version = coalesce(h.budget_version, case when n.budget < n.cut then n.budget end),
        fault_version = coalesce(h.fault_version, nullif(n.first, none)),
        fault = coalesce(h.fault, n.fault),
        cut_version = nullif(n.cut, none)
    from unnest(p_streams, cuts, firsts, faults, budgets, lasts) as n (stream, cut, first, fault, budget, last)
    where h.stream = n.stream
      and n.last is not null
      and h.cut_version is null
      and h.fault is distinct from 'inherited';
end
$function$;

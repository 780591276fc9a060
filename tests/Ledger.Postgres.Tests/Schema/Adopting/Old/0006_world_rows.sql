-- Worlds as rows: what each stream says of objects and relations, kept inside the append and derived from its events alone.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- A stream has one row for each object that its own events created, changed or removed, updated in place; what a change replaces goes to
-- the table of the past. A branch has rows for what it changed alone, each the whole state; for the rest its ancestors' rows count, up to
-- the versions that it shares. Versions are those of the stream; created_at is the place in the history, which orders a world.
-- No index has a changing column, and pages keep room, so that an update stays in its page and leaves nothing to vacuum.

-- What the rows of a stream stand for: its first `version` events. From the event fault_version on there are no rows; 0 where that event
-- is an ancestor's. fault: unknown_object, missing_field, bad_payload (the event cannot be applied), long_id (an id longer than 500 bytes
-- does not fit into an index; such a world is folded), or inherited.
create table {ledger}.world_head (
    stream varchar not null,
    version bigint not null,
    prefix bigint not null,
    budget_version bigint,
    fault_version bigint,
    fault text,
    constraint pk_world_head primary key (stream),
    constraint fk_world_head_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade,
    constraint ck_world_head_version check (version >= 0),
    constraint ck_world_head_fault check ((fault_version is null) = (fault is null))
) with (fillfactor = 50);

create table {ledger}.world_object (
    stream varchar not null,
    id text not null,
    type text not null,
    data jsonb not null,
    created_at bigint not null,
    valid_from bigint not null,
    removed boolean not null,
    constraint pk_world_object primary key (stream, id)
) with (fillfactor = 60);

create table {ledger}.world_object_past (
    stream varchar not null,
    id text not null,
    type text not null,
    data jsonb not null,
    created_at bigint not null,
    valid_from bigint not null,
    removed boolean not null,
    constraint pk_world_object_past primary key (stream, id, valid_from)
);

create table {ledger}.world_relation (
    stream varchar not null,
    id text not null,
    type text not null,
    source_id text not null,
    target_id text not null,
    data jsonb not null,
    created_at bigint not null,
    valid_from bigint not null,
    removed boolean not null,
    constraint pk_world_relation primary key (stream, id)
) with (fillfactor = 90);

create index ix_world_relation_source on {ledger}.world_relation (stream, source_id);

create index ix_world_relation_target on {ledger}.world_relation (stream, target_id);

create table {ledger}.world_relation_past (
    stream varchar not null,
    id text not null,
    type text not null,
    source_id text not null,
    target_id text not null,
    data jsonb not null,
    created_at bigint not null,
    valid_from bigint not null,
    removed boolean not null,
    constraint pk_world_relation_past primary key (stream, id, valid_from)
);

create index ix_world_relation_past_source on {ledger}.world_relation_past (stream, source_id);

create index ix_world_relation_past_target on {ledger}.world_relation_past (stream, target_id);

-- The rows go with their head, which goes with its stream. A foreign key would be looked up for every row written.
create function {ledger}.drop_world_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
begin
    delete from {ledger}.world_object as o where o.stream = old.stream;
    delete from {ledger}.world_object_past as o where o.stream = old.stream;
    delete from {ledger}.world_relation as r where r.stream = old.stream;
    delete from {ledger}.world_relation_past as r where r.stream = old.stream;
    return old;
end
$function$;

create trigger tr_world_head_deleted after delete on {ledger}.world_head
for each row execute function {ledger}.drop_world_v1();

-- The segments of the first p_position events of a history, and how many events of each stream they are; ordinal rises from the root.
create function {ledger}.world_segment_v1(p_stream text, p_position bigint)
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
        where g.branch = p_stream
        union all
        select 2147483647,
               p_stream,
               coalesce((select sum(g.taken) from {ledger}.lineage as g where g.branch = p_stream), 0)::bigint,
               9223372036854775807) as n (ordinal, stream, before, taken)
    where n.before < p_position
$function$;

-- One object as it stands after the first p_position events of a history; no row when there never was one. Rows must reach that far.
create function {ledger}.world_object_at_v1(p_stream text, p_id text, p_position bigint)
returns table (type text, data jsonb, created_at bigint, changed_at bigint, removed boolean)
language sql
stable
rows 1
as $function$
    select x.type, x.data, x.created_at, s.before + x.valid_from - 1, x.removed
    from {ledger}.world_segment_v1(p_stream, p_position) as s
    cross join lateral (
        (select o.type, o.data, o.created_at, o.valid_from, o.removed
         from {ledger}.world_object as o
         where o.stream = s.stream and o.id = p_id and o.valid_from <= s.upto)
        union all
        (select o.type, o.data, o.created_at, o.valid_from, o.removed
         from {ledger}.world_object_past as o
         where o.stream = s.stream and o.id = p_id and o.valid_from <= s.upto
         order by o.valid_from desc
         limit 1)
        order by valid_from desc
        limit 1) as x
    order by s.ordinal desc
    limit 1
$function$;

-- One relation, as world_object_at_v1 for an object.
create function {ledger}.world_relation_at_v1(p_stream text, p_id text, p_position bigint)
returns table (
    type text, source_id text, target_id text, data jsonb, created_at bigint, changed_at bigint, removed boolean)
language sql
stable
rows 1
as $function$
    select x.type, x.source_id, x.target_id, x.data, x.created_at, s.before + x.valid_from - 1, x.removed
    from {ledger}.world_segment_v1(p_stream, p_position) as s
    cross join lateral (
        (select r.type, r.source_id, r.target_id, r.data, r.created_at, r.valid_from, r.removed
         from {ledger}.world_relation as r
         where r.stream = s.stream and r.id = p_id and r.valid_from <= s.upto)
        union all
        (select r.type, r.source_id, r.target_id, r.data, r.created_at, r.valid_from, r.removed
         from {ledger}.world_relation_past as r
         where r.stream = s.stream and r.id = p_id and r.valid_from <= s.upto
         order by r.valid_from desc
         limit 1)
        order by valid_from desc
        limit 1) as x
    order by s.ordinal desc
    limit 1
$function$;

-- Writes the rows of the events that streams have and their rows lack, at most p_limit events of each stream. The transaction must hold
-- the locks of the streams. A branch whose ancestors' rows lack events that it shares gets no rows until theirs are there.
-- An event is found wanting as the fold finds it: what is absent first, then what has the wrong kind of JSON, then the unknown object.
create function {ledger}.project_world_v1(p_streams text[], p_limit bigint)
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
    -- Few at a time, because each turn of an object looks through the events of all.
    taken constant bigint := least(p_limit, 250);
    event_s integer[];
    event_prefix bigint[];
    event_version bigint[];
    event_turn integer[];
    event_act integer[];
    event_before integer[];
    event_id text[];
    event_type text[];
    event_source text[];
    event_target text[];
    event_body jsonb[];
    event_fault text[];
    -- What an event's object or relation is in the history that a branch was forked from, where the branch has no row of its own.
    from_type text[];
    from_source text[];
    from_target text[];
    from_data jsonb[];
    from_created_at bigint[];
    turns_of_objects integer;
    turns_of_relations integer;
    any_special boolean;
    any_inherited boolean;
    -- For each stream: the version of the event that cannot be applied, and why; the version of the first that exhausted the budget.
    cut bigint[] := array_fill(none, array[cardinality(p_streams)]);
    faults text[] := array_fill(null::text, array[cardinality(p_streams)]);
    budgets bigint[] := array_fill(null::bigint, array[cardinality(p_streams)]);
    updated integer;
    unfinished text[];
    new_streams text[];
    found_fault record;
    s integer;
begin
    -- Acts: 1 creates, 2 patches, 3 removes an object, 4 creates, 5 removes a relation, 6 exhausts the budget. The events of one object are
    -- written one after the other: turn is an event's place among them.
    select max(t.turn) filter (where t.act <= 3),
           max(t.turn) filter (where t.act in (4, 5)),
           bool_or(t.fault is not null or t.act = 6 or t.act = 2 and t.turn > 1 and (t.before_act = 3 or t.body is null)),
           bool_or(t.prefix > 0 and t.act < 6),
           array_agg(t.s), array_agg(t.prefix), array_agg(t.version), array_agg(t.turn), array_agg(t.act), array_agg(t.before_act),
           array_agg(t.id), array_agg(t.type), array_agg(t.source), array_agg(t.target), array_agg(t.body), array_agg(t.fault)
    into turns_of_objects, turns_of_relations, any_special, any_inherited,
         event_s, event_prefix, event_version, event_turn, event_act, event_before,
         event_id, event_type, event_source, event_target, event_body, event_fault
    from (
        select e.*,
               (row_number() over same)::integer as turn,
               lag(e.act) over same as before_act
        from (
            select n.ordinal::integer as s,
                   h.prefix,
                   m.version,
                   a.act,
                   case when a.act < 6 then m.data ->> 'id' end as id,
                   case when a.act in (1, 4) then m.data ->> 'type' end as type,
                   case when a.act = 4 then m.data ->> 'source_id' end as source,
                   case when a.act = 4 then m.data ->> 'target_id' end as target,
                   case
                       when a.act in (1, 4) then coalesce(m.data -> 'data', '{}')
                       when a.act = 2 then
                           case when jsonb_typeof(m.data -> 'patch') <> 'object' then null else coalesce(m.data -> 'patch', '{}') end
                   end as body,
                   case
                       when a.act = 6 then null
                       when jsonb_typeof(m.data) <> 'object' then 'bad_payload'
                       when not m.data ? 'id' or a.act in (1, 4) and not m.data ? 'type'
                           or a.act = 4 and not m.data ?& '{source_id,target_id}' then 'missing_field'
                       when jsonb_typeof(m.data -> 'id') <> 'string'
                           or a.act in (1, 4) and jsonb_typeof(m.data -> 'type') <> 'string'
                           or a.act = 4 and (jsonb_typeof(m.data -> 'source_id') <> 'string' or jsonb_typeof(m.data -> 'target_id') <> 'string')
                           or a.act in (1, 4) and jsonb_typeof(m.data -> 'data') <> 'object' then 'bad_payload'
                       when octet_length(m.data ->> 'id') > 500
                           or a.act = 4 and greatest(octet_length(m.data ->> 'source_id'), octet_length(m.data ->> 'target_id')) > 500
                           then 'long_id'
                   end as fault
            from unnest(p_streams) with ordinality as n (stream, ordinal)
            join {ledger}.world_head as h on h.stream = n.stream and h.fault_version is null
            join {events}.mt_events as m on m.stream_id = h.stream and m.version > h.version and m.version <= h.version + taken
            cross join lateral (
                select case m.type
                    when 'object.patched' then 2
                    when 'object.created' then 1
                    when 'object.removed' then 3
                    when 'relation.created' then 4
                    when 'relation.removed' then 5
                    when 'budget.exhausted' then 6
                end as act) as a
            where a.act is not null) as e
        window same as (partition by e.s, e.act between 4 and 5, e.id order by e.version)) as t;

    if any_special then
        for i in 1..cardinality(event_s) loop
            s := event_s[i];
            if event_version[i] < cut[s] then
                if event_fault[i] is not null then
                    cut[s] := event_version[i];
                    faults[s] := event_fault[i];
                elsif event_act[i] = 2 and event_turn[i] > 1 and event_before[i] = 3 then
                    cut[s] := event_version[i];
                    faults[s] := 'unknown_object';
                elsif event_act[i] = 2 and event_turn[i] > 1 and event_body[i] is null then
                    cut[s] := event_version[i];
                    faults[s] := 'bad_payload';
                elsif event_act[i] = 6 then
                    budgets[s] := least(budgets[s], event_version[i]);
                end if;
            end if;
        end loop;
    end if;

    if any_inherited then
        select array_agg(i.type order by e.place),
               array_agg(i.source_id order by e.place),
               array_agg(i.target_id order by e.place),
               array_agg(i.data order by e.place),
               array_agg(i.created_at order by e.place)
        into from_type, from_source, from_target, from_data, from_created_at
        from unnest(event_s, event_prefix, event_turn, event_act, event_id)
             with ordinality as e (s, prefix, turn, act, id, place)
        left join lateral (
            select a.type, null as source_id, null as target_id, a.data, a.created_at
            from {ledger}.world_object_at_v1(p_streams[e.s], e.id, e.prefix) as a
            where e.act <= 3 and e.turn = 1 and e.prefix > 0 and not a.removed
            union all
            select a.type, a.source_id, a.target_id, a.data, a.created_at
            from {ledger}.world_relation_at_v1(p_streams[e.s], e.id, e.prefix) as a
            where e.act in (4, 5) and e.turn = 1 and e.prefix > 0 and not a.removed) as i on true;
    end if;

    for round in 1..coalesce(turns_of_objects, 0) loop
        for found_fault in
            with event as (
                select p_streams[e.s] as stream, e.*
                from unnest(event_s, event_prefix, event_version, event_turn, event_act, event_id, event_type, event_body,
                            from_type, from_data, from_created_at)
                     as e (s, prefix, version, turn, act, id, type, body, from_type, from_data, from_created_at)
                where e.turn = round and e.act <= 3 and e.version < cut[e.s]
            ),
            known as materialized (
                select e.*,
                       o.valid_from as old_from,
                       coalesce(o.type, e.from_type) as old_type,
                       coalesce(o.data, e.from_data) as old_data,
                       coalesce(o.created_at, e.from_created_at) as old_created_at,
                       coalesce(not o.removed, e.from_type is not null) as seen,
                       o.removed as old_removed
                from event as e
                left join {ledger}.world_object as o on o.stream = e.stream and o.id = e.id
            ),
            fault as materialized (
                select k.s,
                       min(k.version) as version,
                       (array_agg(case when k.seen then 'bad_payload' else 'unknown_object' end order by k.version))[1] as name
                from known as k
                where k.act = 2 and (not k.seen or k.body is null)
                group by k.s
            ),
            applied as materialized (
                select k.*,
                       case k.act when 1 then k.type else k.old_type end as new_type,
                       case k.act when 1 then k.body when 2 then k.old_data || k.body else '{}' end as new_data,
                       case when k.seen then k.old_created_at else k.prefix + k.version - 1 end as new_created_at
                from known as k
                where (k.seen or k.act <> 3)
                  and not exists (select from fault as f where f.s = k.s and f.version <= k.version)
            ),
            superseded as (
                insert into {ledger}.world_object_past (stream, id, type, data, created_at, valid_from, removed)
                select a.stream, a.id, a.old_type, a.old_data, a.old_created_at, a.old_from, a.old_removed
                from applied as a
                where a.old_from is not null
            ),
            changed as (
                update {ledger}.world_object as o
                set type = a.new_type,
                    data = a.new_data,
                    created_at = a.new_created_at,
                    valid_from = a.version,
                    removed = a.act = 3
                from applied as a
                where a.old_from is not null and o.stream = a.stream and o.id = a.id
            ),
            made as (
                insert into {ledger}.world_object (stream, id, type, data, created_at, valid_from, removed)
                select a.stream, a.id, a.new_type, a.new_data, a.new_created_at, a.version, a.act = 3
                from applied as a
                where a.old_from is null
            )
            select f.s, f.version, f.name from fault as f
        loop
            cut[found_fault.s] := found_fault.version;
            faults[found_fault.s] := found_fault.name;
        end loop;
    end loop;

    for round in 1..coalesce(turns_of_relations, 0) loop
        with event as (
            select p_streams[e.s] as stream, e.*
            from unnest(event_s, event_prefix, event_version, event_turn, event_act, event_id, event_type, event_source, event_target,
                        event_body, from_type, from_source, from_target, from_data, from_created_at)
                 as e (s, prefix, version, turn, act, id, type, source_id, target_id,
                       body, from_type, from_source, from_target, from_data, from_created_at)
            where e.turn = round and e.act in (4, 5) and e.version < cut[e.s]
        ),
        known as (
            select e.*,
                   r.valid_from as old_from,
                   coalesce(r.type, e.from_type) as old_type,
                   coalesce(r.source_id, e.from_source) as old_source_id,
                   coalesce(r.target_id, e.from_target) as old_target_id,
                   coalesce(r.data, e.from_data) as old_data,
                   coalesce(r.created_at, e.from_created_at) as old_created_at,
                   coalesce(not r.removed, e.from_type is not null) as seen,
                   r.removed as old_removed
            from event as e
            left join {ledger}.world_relation as r on r.stream = e.stream and r.id = e.id
        ),
        applied as materialized (
            select k.*,
                   case k.act when 4 then k.type else k.old_type end as new_type,
                   case k.act when 4 then k.source_id else k.old_source_id end as new_source_id,
                   case k.act when 4 then k.target_id else k.old_target_id end as new_target_id,
                   case k.act when 4 then k.body else '{}' end as new_data,
                   case when k.seen then k.old_created_at else k.prefix + k.version - 1 end as new_created_at
            from known as k
            where k.seen or k.act = 4
        ),
        superseded as (
            insert into {ledger}.world_relation_past (stream, id, type, source_id, target_id, data, created_at, valid_from, removed)
            select a.stream, a.id, a.old_type, a.old_source_id, a.old_target_id, a.old_data, a.old_created_at, a.old_from, a.old_removed
            from applied as a
            where a.old_from is not null
        ),
        changed as (
            update {ledger}.world_relation as r
            set type = a.new_type,
                source_id = a.new_source_id,
                target_id = a.new_target_id,
                data = a.new_data,
                created_at = a.new_created_at,
                valid_from = a.version,
                removed = a.act = 5
            from applied as a
            where a.old_from is not null and r.stream = a.stream and r.id = a.id
        )
        insert into {ledger}.world_relation (stream, id, type, source_id, target_id, data, created_at, valid_from, removed)
        select a.stream, a.id, a.new_type, a.new_source_id, a.new_target_id, a.new_data, a.new_created_at, a.version, a.act = 5
        from applied as a
        where a.old_from is null;
    end loop;

    with moved as (
        update {ledger}.world_head as h
        set version = least(
                cut[array_position(p_streams, h.stream::text)] - 1,
                h.version + taken,
                t.version),
            budget_version = coalesce(h.budget_version, budgets[array_position(p_streams, h.stream::text)]),
            fault_version = nullif(cut[array_position(p_streams, h.stream::text)], none),
            fault = faults[array_position(p_streams, h.stream::text)]
        from {events}.mt_streams as t
        where h.stream = any (p_streams)
          and h.fault_version is null
          and t.id = h.stream
        returning h.stream, h.fault_version is null and h.version < t.version as goes_on)
    select count(*), array_agg(m.stream) filter (where m.goes_on) into updated, unfinished from moved as m;
    if unfinished is not null and p_limit > taken then
        perform {ledger}.project_world_v1(unfinished, p_limit - taken);
    end if;

    if updated = cardinality(p_streams) then
        return;
    end if;

    with made as (
        insert into {ledger}.world_head as h (stream, version, prefix, fault_version, fault)
        select t.id, 0, coalesce(l.prefix, 0), case when l.faulty then 0 end, case when l.faulty then 'inherited' end
        from unnest(p_streams) as n (stream)
        join {events}.mt_streams as t on t.id = n.stream
        cross join lateral (
            select sum(g.taken) as prefix,
                   bool_and(coalesce(a.version >= g.taken or a.fault_version is not null, false)) as ready,
                   bool_or(a.fault_version <= g.taken) as faulty
            from {ledger}.lineage as g
            left join {ledger}.world_head as a on a.stream = g.stream
            where g.branch = t.id) as l
        where t.version > 0
          and l.ready is not false
          and not exists (select from {ledger}.world_head as o where o.stream = t.id)
        order by t.id collate "C"
        on conflict do nothing
        returning h.stream)
    select array_agg(m.stream) into new_streams from made as m;
    if new_streams is not null then
        perform {ledger}.project_world_v1(new_streams, p_limit);
    end if;
end
$function$;

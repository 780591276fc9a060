-- What asynchronous projections, subscriptions and rebuilds keep beside their progress in mt_event_progression, and the statements
-- that they share.

-- The events that a shard could not apply and went past. The table is Marten's; where Marten has made it, it is taken as it is.
create table if not exists {events}.mt_doc_deadletterevent (
    id uuid not null,
    data jsonb not null,
    mt_last_modified timestamptz default (transaction_timestamp()),
    mt_version uuid not null default (md5(random()::text || clock_timestamp()::text)::uuid),
    mt_dotnet_type varchar,
    constraint pkey_mt_doc_deadletterevent_id primary key (id)
);

-- What is known of a shard besides its progress, whose name it has. Who owns it is told by its advisory lock; node says who that was last.
create table {ledger}.projection_shard (
    name text not null,
    kind text not null,
    state text not null,
    node text,
    owned_since timestamptz,
    error text,
    error_sequence bigint,
    error_at timestamptz,
    constraint pk_projection_shard primary key (name),
    constraint ck_projection_shard_state check (state in ('running', 'paused', 'failed'))
);

-- A rebuild that is under way or was interrupted. floor: the high-water mark when it began; what lies behind it is read again at the end.
create table {ledger}.projection_rebuild (
    projection text not null,
    floor bigint not null,
    events bigint not null,
    started_at timestamptz not null,
    constraint pk_projection_rebuild primary key (projection)
);

-- Its parts, each worked off by one connection. reached: the last stream or the last sequence number that is in the new tables.
create table {ledger}.projection_rebuild_part (
    projection text not null,
    part integer not null,
    reached text not null,
    events bigint not null,
    done boolean not null,
    constraint pk_projection_rebuild_part primary key (projection, part),
    constraint fk_projection_rebuild_part_projection
        foreign key (projection) references {ledger}.projection_rebuild (projection) on delete cascade
);

-- The key of the advisory lock that a shard's owner holds for as long as its session lasts.
create function {ledger}.shard_key_v1(p_shard text)
returns bigint
language sql
immutable
as $function$
    select hashtextextended({ledger_text} || '.shard.' || p_shard, 0)
$function$;

-- Moves a shard's progress on, if it is where its owner believes it to be; otherwise another node owns it, and the transaction fails.
-- The transaction is not waited for until it is on disk: lost in a crash, progress and what belongs to it are lost together.
create function {ledger}.move_shard_v1(p_shard text, p_from bigint, p_to bigint)
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    perform set_config('synchronous_commit', 'off', true);
    update {events}.mt_event_progression as p
    set last_seq_id = p_to,
        last_updated = clock_timestamp()
    where p.name = p_shard
      and p.last_seq_id = p_from;
    if not found then
        raise exception 'another node has moved shard % on from %', p_shard, p_from using errcode = 'LG012';
    end if;
end
$function$;

-- Names the streams of the next page of the log for pending_v2.
--   p_prefix               what the names of the streams begin with
--   p_from                 the number before the first
--   p_ceiling, p_rows      the last number and the most events wanted
-- Result: the number that the page goes to, how many events it has, whether one of them shows that Marten writes here.
create function {ledger}.touch_page_v1(
    p_prefix text,
    p_from bigint,
    p_ceiling bigint,
    p_rows integer,
    out reached bigint,
    out events bigint,
    out others boolean)
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    streams text[];
    lasts bigint[];
begin
    with page as materialized (
        select e.stream_id, e.version, e.seq_id, e.type
        from {events}.mt_events as e
        where e.seq_id > p_from
          and e.seq_id <= p_ceiling
        order by e.seq_id
        limit p_rows),
    stream as (
        select p.stream_id, max(p.version) as last
        from page as p
        where starts_with(p.stream_id, p_prefix)
        group by p.stream_id)
    select (select max(p.seq_id) from page as p),
           (select count(*) from page as p),
           (select coalesce(bool_or(p.type = 'tombstone'), false) from page as p),
           coalesce(array_agg(s.stream_id::text), '{}'),
           coalesce(array_agg(s.last), '{}')
    into reached, events, others, streams, lasts
    from stream as s;
    if events < p_rows then
        reached := p_ceiling;
    end if;

    perform set_config('ledger.touched', streams::text, true);
    perform set_config('ledger.touched_until', lasts::text, true);
end
$function$;

-- Takes the next page of the log for a projection, names its streams for pending_v2, and moves the shard behind it. Nobody else writes what
-- the projection keeps until the transaction ends.
--   p_shard, p_from        the shard and where it is
--   p_projection           the projection
--   p_prefix, p_ceiling, p_rows and the result: as for touch_page_v1
create function {ledger}.touch_log_v1(
    p_shard text,
    p_from bigint,
    p_projection text,
    p_prefix text,
    p_ceiling bigint,
    p_rows integer,
    out reached bigint,
    out events bigint,
    out others boolean)
language plpgsql
volatile
as $function$
begin
    perform pg_advisory_xact_lock({ledger}.projection_key_v1(p_projection));
    select p.reached, p.events, p.others
    into strict reached, events, others
    from {ledger}.touch_page_v1(p_prefix, p_from, p_ceiling, p_rows) as p;
    perform {ledger}.move_shard_v1(p_shard, p_from, reached);
end
$function$;

-- One event as pending_v2 gives several: to apply again what a dead letter is about. p_sequence: its number.
create function {ledger}.replayed_v1(p_sequence bigint)
returns setof {events}.mt_events
language sql
stable
rows 1
set enable_seqscan = off
as $function$
    select e.* from {events}.mt_events as e where e.seq_id = p_sequence
$function$;

-- Makes an empty table beside another, with the same columns, options, indexes, constraints, triggers and privileges, whose names are
-- provisional. One left over is dropped. p_table: the table's name, quoted where need be. The new one has the ending _rebuild.
create function {ledger}.create_shadow_v1(p_table text)
returns void
language plpgsql
volatile
as $function$
declare
    live record;
    shadow text;
    r record;
begin
    select c.oid, n.nspname, c.relname, c.reloptions, c.relowner, c.relacl
    into strict live
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.oid = p_table::regclass;
    shadow := format('%I.%I', live.nspname, left(live.relname, 55) || '_rebuild');
    execute format('drop table if exists %s', shadow);
    execute format('create table %s (like %I.%I including all excluding indexes)', shadow, live.nspname, live.relname);
    if live.reloptions is not null then
        execute format('alter table %s set (%s)', shadow, array_to_string(live.reloptions, ', '));
    end if;

    for r in
        select x.relname,
               i.indisunique,
               pg_get_indexdef(i.indexrelid) as definition,
               pg_get_constraintdef(k.oid) as constraint_definition
        from pg_catalog.pg_index as i
        join pg_catalog.pg_class as x on x.oid = i.indexrelid
        left join pg_catalog.pg_constraint as k
            on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')
        where i.indrelid = live.oid
    loop
        if r.constraint_definition is not null then
            execute format('alter table %s add constraint %I %s', shadow, 'rebuild_' || md5(r.relname), r.constraint_definition);
        else
            execute format(
                'create %s index %I on %s%s',
                case when r.indisunique then 'unique' else '' end,
                'rebuild_' || md5(r.relname),
                shadow,
                substr(r.definition, strpos(r.definition, ' USING ')));
        end if;
    end loop;

    for r in
        select k.conname, pg_get_constraintdef(k.oid) as definition
        from pg_catalog.pg_constraint as k
        where k.conrelid = live.oid and k.contype = 'f'
    loop
        execute format('alter table %s add constraint %I %s', shadow, 'rebuild_' || md5(r.conname), r.definition);
    end loop;

    for r in
        select pg_get_triggerdef(t.oid) as definition
        from pg_catalog.pg_trigger as t
        where t.tgrelid = live.oid and not t.tgisinternal
    loop
        execute replace(r.definition, format(' ON %I.%I ', live.nspname, live.relname), format(' ON %s ', shadow));
    end loop;

    for r in
        select a.grantee, a.privilege_type, a.is_grantable
        from aclexplode(live.relacl) as a
        where a.grantee <> live.relowner
    loop
        execute format(
            'grant %s on %s to %s%s',
            r.privilege_type,
            shadow,
            case when r.grantee = 0 then 'public' else r.grantee::regrole::text end,
            case when r.is_grantable then ' with grant option' else '' end);
    end loop;

    if live.relowner <> (select u.oid from pg_catalog.pg_roles as u where u.rolname = current_user) then
        execute format('alter table %s owner to %s', shadow, live.relowner::regrole);
    end if;
end
$function$;

-- Puts the table that create_shadow_v1 made in the place of the other, which is dropped. p_table: as there.
create function {ledger}.swap_shadow_v1(p_table text)
returns void
language plpgsql
volatile
as $function$
declare
    live record;
    shadow text;
    indexes text[];
    foreign_keys text[];
    name text;
begin
    select c.oid, n.nspname, c.relname, left(c.relname, 55) || '_rebuild' as shadow
    into strict live
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.oid = p_table::regclass;
    shadow := format('%I.%I', live.nspname, live.shadow);

    -- Readers of the old table are waited for first, so that a wait that takes too long has touched nothing else.
    execute format('lock table %I.%I in access exclusive mode', live.nspname, live.relname);
    select array_agg(x.relname)
    into indexes
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as x on x.oid = i.indexrelid
    where i.indrelid = live.oid;
    select array_agg(k.conname)
    into foreign_keys
    from pg_catalog.pg_constraint as k
    where k.conrelid = live.oid and k.contype = 'f';
    execute format('drop table %I.%I', live.nspname, live.relname);
    execute format('alter table %s rename to %I', shadow, live.relname);
    foreach name in array coalesce(indexes, '{}') loop
        execute format('alter index %I.%I rename to %I', live.nspname, 'rebuild_' || md5(name), name);
    end loop;

    foreach name in array coalesce(foreign_keys, '{}') loop
        execute format('alter table %I.%I rename constraint %I to %I', live.nspname, live.relname, 'rebuild_' || md5(name), name);
    end loop;
end
$function$;

-- Makes the rows of the worlds of some streams anew. p_streams: the streams, which are locked. Result: the number of their events.
create function {ledger}.rewrite_world_v1(p_streams text[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    one text;
begin
    delete from {ledger}.world_head as h where h.stream = any (p_streams);
    foreach one in array p_streams loop
        while not {ledger}.world_catch_up_v1(one, 10000) loop
        end loop;
    end loop;

    return (select coalesce(sum(t.version), 0) from {events}.mt_streams as t where t.id = any (p_streams));
end
$function$;

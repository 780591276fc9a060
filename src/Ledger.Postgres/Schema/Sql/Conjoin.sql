-- Divides the tables of a schema by tenants: each gets tenant_id, which begins every key, every foreign key and every index, and row-level security that shows a
-- session the rows of its tenant alone, to the owner of the tables too. It runs after every migration, and changes what is not divided yet. The first time an empty
-- log is required; the first rows that migrations have put into the tables named here are kept in tenant_seed, and each tenant gets them. Other rows are of no tenant.
-- {tables} names of tables as string constants, with their schemas.
do $conjoin$
declare
    own constant text := quote_ident({ledger_text});
    log constant text := quote_ident({events_text});
    mine constant text := $setting$nullif(current_setting('ledger.tenant', true), '')$setting$;
    tables oid[] := array(
        select to_regclass(n.name)::oid
        from unnest(array[{tables}]::text[]) as n (name)
        where to_regclass(n.name) is not null);
    seeded constant regclass[] := array[
        to_regclass(own || '.task_tail'),
        to_regclass(own || '.run_tail'),
        to_regclass(own || '.seal_head')];
    is_first constant boolean := to_regclass(own || '.tenant_seed') is null;
    fresh oid[];
    has_rows boolean;
    broken record;
    made record;
    t record;
begin
    -- The owner sees the rows and the names of all tenants only without one of its own.
    perform set_config('ledger.tenant', '', true);
    if is_first then
        if exists (select from {events}.mt_streams) then
            raise exception 'The schema ''%'' has a log already, which is of no tenant', {ledger_text} using errcode = 'LG051';
        end if;

        -- The tenants. A session for a tenant sees that one; the owner of the tables, who may truncate, sees all without a tenant.
        create table {ledger}.tenant (
            tenant_id varchar not null,
            created_at timestamptz not null default clock_timestamp(),
            disabled_at timestamptz,
            constraint pk_tenant primary key (tenant_id),
            constraint ck_tenant_tenant_id check (tenant_id <> '')
        );
        alter table {ledger}.tenant enable row level security, force row level security;
        create policy tenant_own on {ledger}.tenant using (tenant_id = nullif(current_setting('ledger.tenant', true), ''));
        create policy tenant_all on {ledger}.tenant using (
            nullif(current_setting('ledger.tenant', true), '') is null
            and has_table_privilege(tableoid, 'truncate'));
        grant select on {ledger}.tenant to public;

        -- The first rows of tables, of which each tenant has its own.
        create table {ledger}.tenant_seed (
            table_name text not null,
            first_row jsonb not null,
            constraint pk_tenant_seed primary key (table_name, first_row)
        );

        -- Marten's tables of the same purpose have no tenant.
        execute format(
            'create table {ledger}.tenant_progression (like %s including defaults, constraint pk_tenant_progression primary key (name))',
            (log || '.mt_event_progression')::regclass);
        execute format(
            'create table {ledger}.tenant_dead_letter (like %s including defaults, constraint pk_tenant_dead_letter primary key (id))',
            (log || '.mt_doc_deadletterevent')::regclass);

        -- Their texts for one log stay in force no longer: all are made again.
        delete from {ledger}.schema_function;
    end if;

    tables := tables || array[(own || '.tenant_progression')::regclass::oid, (own || '.tenant_dead_letter')::regclass::oid];
    fresh := array(
        select c.oid
        from unnest(tables) as n (id)
        join pg_catalog.pg_class as c on c.oid = n.id
        where not exists (
            select
            from pg_catalog.pg_attribute as a
            join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = c.oid
              and a.attname = 'tenant_id'
              and not a.attisdropped
              and pg_get_expr(d.adbin, d.adrelid) ~ 'ledger\.tenant'));

    for t in
        select c.oid,
               c.oid::regclass as name,
               -- Whatever the search path is when it is read.
               format('%I.%I', n.nspname, c.relname) as full_name,
               exists (select from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as has_tenant
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where c.oid = any (fresh)
    loop
        if t.name in ((log || '.mt_streams')::regclass, (log || '.mt_events')::regclass) then
            execute format($change$alter table %s alter column tenant_id set default current_setting('ledger.tenant')$change$, t.name);
        elsif t.has_tenant then
            -- A migration has said whose rows they are.
            execute format($change$alter table %s alter column tenant_id set not null, alter column tenant_id set default current_setting('ledger.tenant')$change$, t.name);
        else
            if t.oid = any (seeded) then
                execute format(
                    'insert into {ledger}.tenant_seed (table_name, first_row) select %L, to_jsonb(s) from %s as s on conflict do nothing', t.full_name, t.name);
                execute format('delete from %s', t.name);
            end if;

            execute format('select exists (select from %s)', t.name) into has_rows;
            if has_rows then
                raise exception 'The table ''%'' has rows already, which are of no tenant', t.full_name using errcode = 'LG051';
            end if;

            execute format($change$alter table %s add column tenant_id varchar not null, alter column tenant_id set default current_setting('ledger.tenant')$change$, t.name);
        end if;
    end loop;

    -- Foreign keys first, which need the keys that they name; they are made again when all keys are.
    create temp table conjoined_key on commit drop as
    select k.conrelid::regclass::text as table_name, k.conname as name, k.contype as kind, pg_get_constraintdef(k.oid) as definition
    from pg_catalog.pg_constraint as k
    where k.conrelid = any (tables)
      and k.contype in ('p', 'u', 'f')
      -- Numbers are drawn from one sequence for all tenants, and Marten has this key.
      and k.conname <> 'pkey_mt_events_seq_id'
      and pg_get_constraintdef(k.oid) !~ 'tenant_id';
    create temp table conjoined_index on commit drop as
    select x.indexrelid::regclass::text as name, pg_get_indexdef(x.indexrelid) as definition, m.amname as method
    from pg_catalog.pg_index as x
    join pg_catalog.pg_class as i on i.oid = x.indexrelid
    join pg_catalog.pg_am as m on m.oid = i.relam
    where x.indrelid = any (tables)
      and pg_get_indexdef(x.indexrelid) !~ 'tenant_id'
      and (m.amname = 'btree' or x.indrelid = any (fresh))
      and not exists (select from pg_catalog.pg_constraint as k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'));
    for broken in select k.table_name, k.name from conjoined_key as k where k.kind = 'f' loop
        execute format('alter table %s drop constraint %I', broken.table_name, broken.name);
    end loop;

    for broken in select k.table_name, k.name from conjoined_key as k where k.kind <> 'f' loop
        execute format('alter table %s drop constraint %I', broken.table_name, broken.name);
    end loop;

    for broken in select x.name from conjoined_index as x loop
        execute format('drop index %s', broken.name);
    end loop;

    for made in select k.table_name, k.name, k.definition from conjoined_key as k where k.kind <> 'f' loop
        execute format(
            'alter table %s add constraint %I %s',
            made.table_name,
            case made.name when 'pkey_mt_streams_id' then 'pkey_mt_streams_tenant_id_id' else made.name end,
            regexp_replace(made.definition, '^(PRIMARY KEY|UNIQUE) \(', '\1 (tenant_id, '));
    end loop;

    -- An index of arrays or documents cannot serve a session that row-level security holds, because its operators could show what they compare.
    for made in select x.definition from conjoined_index as x where x.method = 'btree' loop
        execute regexp_replace(made.definition, ' USING btree \(', ' USING btree (tenant_id, ');
    end loop;

    -- What ANALYZE finds in an expression of an index is shown to the owner, whatever the policies of the table say.
    for t in
        select x.indexrelid::regclass as name, a.attnum as number
        from pg_catalog.pg_index as x
        join pg_catalog.pg_attribute as a on a.attrelid = x.indexrelid
        where x.indrelid = any (tables)
          and x.indkey[a.attnum - 1] = 0
          and a.attstattarget is distinct from 0
    loop
        execute format('alter index %s alter column %s set statistics 0', t.name, t.number);
    end loop;

    if (log || '.mt_events')::regclass::oid = any (fresh) then
        -- The log of a tenant is read without those of the others.
        create index if not exists ix_mt_events_tenant on {events}.mt_events (tenant_id, seq_id);
    end if;

    for made in select k.table_name, k.name, k.definition from conjoined_key as k where k.kind = 'f' loop
        execute format(
            'alter table %s add constraint %I %s',
            made.table_name,
            case made.name when 'fkey_mt_events_stream_id' then 'fkey_mt_events_stream_id_tenant_id' else made.name end,
            regexp_replace(made.definition, '^FOREIGN KEY \(([^)]*)\) REFERENCES ((?:"(?:[^"]|"")*"|[^"(])+)\(', 'FOREIGN KEY (tenant_id, \1) REFERENCES \2(tenant_id, '));
    end loop;

    -- What was dropped comes again.
    for t in
        select c.oid::regclass as name
        from pg_catalog.pg_class as c
        where c.oid = any (tables)
          and not exists (select from pg_catalog.pg_policy as y where y.polrelid = c.oid and y.polname = 'tenant_own')
    loop
        execute format('create policy tenant_own on %s using (tenant_id = %s) with check (tenant_id = %s)', t.name, mine, mine);
    end loop;

    -- Three things as Marten makes them, so that it finds nothing to change: a stream with events is not deleted without them, the key of its documents is named after both
    -- columns, and they have a policy by its name.
    if exists (
        select
        from pg_catalog.pg_constraint as k
        where k.conrelid = (log || '.mt_events')::regclass
          and k.conname = 'fkey_mt_events_stream_id_tenant_id'
          and k.confdeltype <> 'a')
    then
        alter table {events}.mt_events
            drop constraint fkey_mt_events_stream_id_tenant_id,
            add constraint fkey_mt_events_stream_id_tenant_id foreign key (tenant_id, stream_id) references {events}.mt_streams (tenant_id, id);
    end if;

    if exists (
        select
        from pg_catalog.pg_constraint as k
        where k.conrelid = (log || '.mt_doc_ledger_world')::regclass
          and k.conname = 'pkey_mt_doc_ledger_world_id')
    then
        alter table {events}.mt_doc_ledger_world rename constraint pkey_mt_doc_ledger_world_id to pkey_mt_doc_ledger_world_tenant_id_id;
    end if;

    if not exists (
        select
        from pg_catalog.pg_policy as y
        where y.polrelid = (log || '.mt_doc_ledger_world')::regclass
          and y.polname = 'marten_tenant_isolation')
    then
        execute format(
            'create policy marten_tenant_isolation on %s using (tenant_id = %s) with check (tenant_id = %s)', (log || '.mt_doc_ledger_world')::regclass, mine, mine);
    end if;

    for t in
        select c.oid::regclass as name
        from pg_catalog.pg_class as c
        where c.oid = any (tables || to_regclass(own || '.tenant')::oid)
          and not (c.relrowsecurity and c.relforcerowsecurity)
    loop
        execute format('alter table %s enable row level security, force row level security', t.name);
    end loop;

    drop table conjoined_key, conjoined_index;

    -- Tenants that were there before a table was. All are read first: the tenant of the session is another with each.
    for t in
        select s.table_name, s.first_row, n.tenant_id
        from {ledger}.tenant_seed as s
        cross join unnest(array(select n.tenant_id from {ledger}.tenant as n)) as n (tenant_id)
        where s.table_name::regclass::oid = any (fresh)
    loop
        perform set_config('ledger.tenant', t.tenant_id, true);
        execute format('insert into %s select (jsonb_populate_record(null::%1$s, $1)).*', t.table_name)
        using t.first_row || jsonb_build_object('tenant_id', t.tenant_id);
    end loop;
end
$conjoin$;

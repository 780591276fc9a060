-- The objects of the event schema and Ledger's own schema, from PostgreSQL's catalogs. Needs no privilege on the objects.
-- $1 event schema, $2 own schema. A row for each object: kind, object (qualified), part (a column's, index's … name, or null), definition.
-- Names are qualified only under an empty search_path: run it after EmptySearchPath. Checks of PostgreSQL 18 for "not null" are
-- left out, because the column shows it. An object that another session drops in the meantime has no definition and no row: materialized, so that a definition
-- is not read twice with different results.
with relation as (
    select
        c.oid,
        c.relname,
        c.relkind,
        c.relpersistence,
        n.nspname,
        format('%I.%I', n.nspname, c.relname) as object
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ($1, $2)
        and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
),
routine as (
    select
        p.*,
        format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as object
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ($1, $2)
        and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
),
described as materialized (
    select
        'setting' as kind,
        'server_encoding' as object,
        null::text as part,
        current_setting('server_encoding') as definition

    union all
    select
        'schema',
        format('%I', n.nspname),
        null,
        'present'
    from pg_namespace n
    where n.nspname in ($1, $2)

    union all
    select
        'table',
        r.object,
        null,
        case r.relkind when 'r' then 'ordinary' when 'p' then 'partitioned' else 'foreign' end
            || case r.relpersistence when 'p' then '' else ', unlogged' end
    from relation r
    where r.relkind in ('r', 'p', 'f')

    -- The columns that a view reads are what it keeps from being dropped; its text is written differently from release to release. They are in the order of their
    -- tables, whatever the schemas are called.
    union all
    select
        'view',
        r.object,
        null,
        'reads ' || coalesce(string_agg(format('%I.%I.%I', s.nspname, s.relname, s.attname), ', ' order by s.relname collate "C", s.attname collate "C", s.nspname) filter (where s.relname is not null), 'nothing')
    from relation r
    left join lateral (
        select distinct n.nspname, c.relname, a.attname
        from pg_rewrite w
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
            and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.oid and d.refobjsubid > 0
        join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        join pg_class c on c.oid = d.refobjid
        join pg_namespace n on n.oid = c.relnamespace
        where w.ev_class = r.oid) s on true
    where r.relkind in ('v', 'm')
    group by r.object

    -- A database that Marten made has a literal time for mt_events.timestamp. Every writer sets the column.
    union all
    select
        'column',
        r.object,
        a.attname,
        format_type(a.atttypid, a.atttypmod)
            || case when a.attnotnull then ' not null' else '' end
            || case a.attidentity when '' then '' else ' identity' end
            || case
                when e.adbin is null then ''
                when a.attgenerated <> '' then ' generated ' || pg_get_expr(e.adbin, e.adrelid)
                when r.nspname = $1 and r.relname = 'mt_events' and a.attname = 'timestamp' then ' default of any value'
                else ' default ' || pg_get_expr(e.adbin, e.adrelid)
            end
    from relation r
    join pg_attribute a on a.attrelid = r.oid
    left join pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum
    where r.relkind in ('r', 'p', 'f', 'v', 'm')
        and a.attnum > 0
        and not a.attisdropped

    union all
    select
        'index',
        r.object,
        i.relname,
        pg_get_indexdef(x.indexrelid) || case when x.indisvalid and x.indisready then '' else ' (invalid)' end
    from relation r
    join pg_index x on x.indrelid = r.oid
    join pg_class i on i.oid = x.indexrelid
    where not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))

    union all
    select
        'constraint',
        r.object,
        k.conname,
        pg_get_constraintdef(k.oid)
    from relation r
    join pg_constraint k on k.conrelid = r.oid
    where k.contype in ('p', 'u', 'f', 'c', 'x')

    union all
    select
        'trigger',
        r.object,
        t.tgname,
        pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' when 'D' then ' (disabled)' else ' (enabled otherwise)' end
    from relation r
    join pg_trigger t on t.tgrelid = r.oid
    where not t.tgisinternal

    -- Tables of many tenants.
    union all
    select
        'policy',
        r.object,
        p.polname,
        format(
            '%s for %s%s using %s check %s',
            case when p.polpermissive then 'permissive' else 'restrictive' end,
            p.polcmd,
            case when p.polroles <> array[0::oid] then ' to some' end,
            coalesce(pg_get_expr(p.polqual, p.polrelid), 'nothing'),
            coalesce(pg_get_expr(p.polwithcheck, p.polrelid), 'as using'))
    from relation r
    join pg_policy p on p.polrelid = r.oid

    union all
    select
        'policy',
        r.object,
        'row-level security',
        case when c.relforcerowsecurity then 'of the owner too' else 'without the owner' end
    from relation r
    join pg_class c on c.oid = r.oid
    where c.relrowsecurity

    union all
    select
        'sequence',
        r.object,
        null,
        format(
            '%s increment %s minimum %s maximum %s cache %s%s owned by %s',
            format_type(s.seqtypid, null), s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
            case when s.seqcycle then ' cycle' else '' end,
            coalesce(
                (
                    select format('%s.%I', d.refobjid::regclass, a.attname)
                    from pg_depend d
                    join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                    where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype in ('a', 'i')
                ),
                'none'))
    from relation r
    join pg_sequence s on s.seqrelid = r.oid

    union all
    select
        case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
        p.object,
        null,
        format(
            'language %s %s%s%s%s parallel %s%s',
            l.lanname,
            case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
            case when p.proisstrict then ' strict' else '' end,
            case when p.prosecdef then ' security definer' else '' end,
            case when p.proleakproof then ' leakproof' else '' end,
            case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
            coalesce(' set ' || array_to_string(p.proconfig, ' set '), ''))
    from routine p
    join pg_language l on l.oid = p.prolang

    -- The text of a function is compared by its hash.
    union all
    select
        'function part',
        p.object,
        v.part,
        v.definition
    from routine p
    cross join lateral (
        values
            ('arguments', pg_get_function_arguments(p.oid)),
            ('result', coalesce(pg_get_function_result(p.oid), 'nothing')),
            ('SHA-256 of the text', encode(sha256(convert_to(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), 'UTF8')), 'hex'))
    ) as v (part, definition)

    union all
    select
        'type',
        format('%I.%I', n.nspname, t.typname),
        null,
        case t.typtype
            when 'e' then 'enum ' || (
                select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                from pg_enum e
                where e.enumtypid = t.oid
            )
            when 'd' then 'domain ' || format_type(t.typbasetype, t.typtypmod)
            else 'composite ' || (
                select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
                from pg_attribute a
                where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
            )
        end
    from pg_type t
    join pg_namespace n on n.oid = t.typnamespace
    left join pg_class c on c.oid = t.typrelid
    where n.nspname in ($1, $2)
        and (t.typtype in ('e', 'd') or c.relkind = 'c')
        and not exists (select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
)
select
    kind,
    object,
    part,
    definition
from described
where definition is not null
order by
    kind collate "C",
    object collate "C",
    part collate "C" nulls first;

-- Whether tables of many tenants lack the default of tenant_id, its policy or its force, or what Marten expects of them, or keep statistics of expressions, which Conjoin.sql
-- mends. {tables} as there.
select exists (
    select
    from unnest(array[{tables}]::text[] || array[
        quote_ident({ledger_text}) || '.tenant_progression',
        quote_ident({ledger_text}) || '.tenant_dead_letter']) as n (name)
    join pg_catalog.pg_class as c on c.oid = to_regclass(n.name)
    where not c.relrowsecurity
       or not c.relforcerowsecurity
       or not exists (select from pg_catalog.pg_policy as y where y.polrelid = c.oid and y.polname = 'tenant_own')
       or not exists (
           select
           from pg_catalog.pg_attribute as a
           join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
           where a.attrelid = c.oid
             and a.attname = 'tenant_id'
             and not a.attisdropped
             and pg_get_expr(d.adbin, d.adrelid) ~ 'ledger\.tenant')
       or exists (
           select
           from pg_catalog.pg_constraint as k
           where k.conrelid = c.oid
             and k.contype in ('p', 'u', 'f')
             and k.conname <> 'pkey_mt_events_seq_id'
             and pg_get_constraintdef(k.oid) !~ 'tenant_id')
       or exists (
           select
           from pg_catalog.pg_index as x
           join pg_catalog.pg_class as i on i.oid = x.indexrelid
           join pg_catalog.pg_am as m on m.oid = i.relam
           where x.indrelid = c.oid
             and m.amname = 'btree'
             and pg_get_indexdef(x.indexrelid) !~ 'tenant_id'
             and not exists (select from pg_catalog.pg_constraint as k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x')))
       or exists (
           select
           from pg_catalog.pg_index as x
           join pg_catalog.pg_attribute as a on a.attrelid = x.indexrelid
           where x.indrelid = c.oid
             and x.indkey[a.attnum - 1] = 0
             and a.attstattarget is distinct from 0))
    or exists (
        select
        from pg_catalog.pg_constraint as k
        where k.conrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
          and k.conname = 'fkey_mt_events_stream_id_tenant_id'
          and k.confdeltype <> 'a')
    or exists (
        select
        from pg_catalog.pg_constraint as k
        where k.conrelid = to_regclass(quote_ident({events_text}) || '.mt_doc_ledger_world')
          and k.conname = 'pkey_mt_doc_ledger_world_id')
    or not exists (
        select
        from pg_catalog.pg_policy as y
        where y.polrelid = to_regclass(quote_ident({events_text}) || '.mt_doc_ledger_world')
          and y.polname = 'marten_tenant_isolation')

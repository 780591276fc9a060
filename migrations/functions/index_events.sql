-- Makes the indexes for questions in SQL about all runs: by the type of events, by time, by the tool of calls, from calls to their ends, and from answers to the requests
-- of recordings. Every append then writes to them. Marten leaves them alone in a store that is configured by Ledger of this version or a later one; another one may drop
-- them, which loses nothing but time. The keys of the last two are hashes: a name may be longer than an entry of an index.
-- Where tenants share the table, no statistics of its expressions are kept: pg_stats hides those of columns by row-level security, and shows those of an index to its
-- owner, with the most common values of all tenants. One that has some from before is made again; readers wait meanwhile.
-- Result: none.
create or replace function {ledger}.index_events()
returns void
language plpgsql
volatile
as $function$
declare
    expression record;
begin
    for expression in
        select distinct x.indexrelid::regclass as name
        from pg_catalog.pg_index as x
        join pg_catalog.pg_class as c on c.oid = x.indrelid
        join pg_catalog.pg_class as i on i.oid = x.indexrelid
        join pg_catalog.pg_namespace as n on n.oid = i.relnamespace
        join pg_catalog.pg_stats as s on s.schemaname = n.nspname and s.tablename = i.relname
        where x.indrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
          and c.relrowsecurity
          and i.relname in ('ix_mt_events_tool', 'ix_mt_events_end', 'ix_mt_events_request')
    loop
        execute format('drop index %s', expression.name);
    end loop;

    create index if not exists ix_mt_events_at on {events}.mt_events using brin ("timestamp") with (pages_per_range = 32, autosummarize = on);
    create index if not exists ix_mt_events_type on {events}.mt_events ({tenant_key}type, seq_id);
    create index if not exists ix_mt_events_tool on {events}.mt_events ({tenant_key}(data ->> 'tool'), seq_id) where type = 'tool.called';
    create index if not exists ix_mt_events_end on {events}.mt_events (
        {tenant_key}stream_id, hashtextextended(coalesce(causation_id, headers -> 'foreign_causes' ->> 0, data ->> 'call_id'), 0))
        where type in ('llm.response', 'tool.returned', 'call.failed', 'call.released');
    create index if not exists ix_mt_events_request on {events}.mt_events (
        {tenant_key}stream_id, hashtextextended(headers ->> 'foreign_id', 0))
        where type = 'llm.request'
          and headers ->> 'foreign_id' is not null;
    for expression in
        select x.indexrelid::regclass as name, a.attnum as number
        from pg_catalog.pg_index as x
        join pg_catalog.pg_class as c on c.oid = x.indrelid
        join pg_catalog.pg_attribute as a on a.attrelid = x.indexrelid
        where x.indrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
          and c.relrowsecurity
          and x.indkey[a.attnum - 1] = 0
          and a.attstattarget is distinct from 0
    loop
        execute format('alter index %s alter column %s set statistics 0', expression.name, expression.number);
    end loop;
end
$function$;

comment on function {ledger}.index_events() is
    'Makes indexes of the events by type, time, tool and call, for questions in SQL about all runs. Every append then writes to them.';

-- Rebuilds the rows of all worlds from the events, a page of streams a transaction, while others read and write. Runs come first, then
-- branches after their ancestors, from whose rows they inherit. Call it outside a transaction.
-- Result: none.
create or replace procedure {ledger}.rebuild_worlds()
language plpgsql
as $procedure$
declare
    reached text := '';
    page text[];
    branch text;
begin
    loop
        select array_agg(n.id order by n.id), max(n.id)
        into page, reached
        from (
            select t.id, t.version, sum(t.version) over (order by t.id) as events
            from {events}.mt_streams as t
            where t.id > reached
              and t.version > 0
              and (starts_with(t.id, 'run:') or exists (select from {ledger}.world_head as h where h.stream = t.id))
              and not exists (select from {ledger}.branch as b where b.stream = t.id)
            order by t.id
            limit 1000) as n
        where n.events <= 10000 or n.events = n.version;
        exit when page is null;
        perform {ledger}.touch_v1('ledger:world', page);
        perform {ledger}.rewrite_world_v2(page);
        commit;
    end loop;

    for branch in select b.stream from {ledger}.branch as b order by cardinality(b.segment_stream), b.stream loop
        perform {ledger}.touch_v1('ledger:world', array[branch]);
        perform {ledger}.rewrite_world_v2(array[branch]);
        commit;
    end loop;
end
$procedure$;

comment on procedure {ledger}.rebuild_worlds() is
    'Rebuilds the rows of all worlds from the events, a page of streams a transaction, while others read and write. '
    'Call it outside a transaction.';

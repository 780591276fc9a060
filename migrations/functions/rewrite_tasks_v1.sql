-- Rebuilds the rows of some tasks.
--   p_streams  their streams, which the caller has locked
-- Result: the number of events of the streams.
create or replace function {ledger}.rewrite_tasks_v1(p_streams text[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    unfinished text[] := p_streams;
    ids constant text[] := array(select substr(n.stream, 6) from unnest(p_streams) as n (stream));
    each bigint;
    reached bigint[];
    further text[];
    tasks text[];
    types text[];
    datas jsonb[];
    times timestamptz[];
begin
    if current_setting('ledger.tasks_cleared', true) is distinct from 'yes' then
        perform {ledger}.catch_up_tasks_v1(p_streams);
        set constraints all deferred;
        delete from {ledger}.task_lease as l where l.task_id = any (ids);
        delete from {ledger}.calls as c where c.task_id = any (ids);
        delete from {ledger}.messages as m where m.task_id = any (ids);
        delete from {ledger}.tasks as t where t.id = any (ids);
        delete from {ledger}.projection_head as h where h.projection = 'ledger:task' and h.stream = any (p_streams);
    end if;

    while unfinished is not null loop
        each := greatest(10000 / cardinality(unfinished), 1);
        select array_agg(least(t.version, coalesce(h.version, 0) + each) order by n.ordinal),
               array_agg(n.stream order by n.ordinal) filter (where t.version > coalesce(h.version, 0) + each)
        into reached, further
        from unnest(unfinished) with ordinality as n (stream, ordinal)
        join {events}.mt_streams as t on t.id = n.stream
        left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = n.stream;

        perform {ledger}.touch_until_v1(unfinished, reached);
        select array_agg(substr(p.stream_id, 6)), array_agg(p.type), array_agg(p.data), array_agg(p."timestamp")
        into tasks, types, datas, times
        from {ledger}.pending_tasks_v1() as p
        where not exists (select from {ledger}.task_fault as f where f.stream = p.stream_id and f.version = p.version);
        if tasks is not null then
            perform {ledger}.apply_tasks_v1(tasks, types, datas, times);
        end if;

        perform {ledger}.advance_v2('ledger:task', 'task:');
        unfinished := further;
    end loop;

    perform {ledger}.touch_until_v1('{}', '{}');
    return (select coalesce(sum(t.version), 0) from {events}.mt_streams as t where t.id = any (p_streams));
end
$function$;

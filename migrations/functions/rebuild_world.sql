-- Rebuilds the rows of worlds from the events. Appends to these streams wait until the transaction ends.
--   p_stream  the run or branch, of which only its own events are read (null: all streams)
-- Result: the number of streams.
create or replace function {ledger}.rebuild_world(p_stream text default null)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    -- Streams that are made meanwhile write their rows themselves, and nothing here waits for them.
    locked text[];
    one text;
    rebuilt bigint := 0;
begin
    -- Until the end others see the rows as they were, so that those of branches may begin with rows that are being replaced here.
    select array_agg(n.id)
    into locked
    from (
        select t.id
        from {events}.mt_streams as t
        where p_stream is null or t.id = p_stream
        order by t.id collate "C"
        for no key update) as n;
    delete from {ledger}.world_head as h where h.stream = any (locked) or h.stream = p_stream;
    if p_stream is null then
        delete from {ledger}.world_head as h where not exists (select from {events}.mt_streams as t where t.id = h.stream);
    end if;

    for one in select t.id from {events}.mt_streams as t where t.id = any (locked) and t.version > 0 order by t.id collate "C" loop
        while not {ledger}.world_catch_up_v2(one, 10000) loop
        end loop;

        rebuilt := rebuilt + 1;
    end loop;

    return rebuilt;
end
$function$;

comment on function {ledger}.rebuild_world(text) is
    'Rebuilds the rows of worlds from the events of one stream, a run''s or a branch''s own (null: of all), and returns the number of '
    'streams. Appends to these streams wait until the transaction ends.';

-- Rebuilds the world rows of a page of streams.
--   p_streams  the streams, which the caller has locked
-- Result: the number of their events.
create or replace function {ledger}.rewrite_world_v2(p_streams text[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    one text;
begin
    delete from {ledger}.world_head as h where h.stream = any (p_streams);
    loop
        perform {ledger}.project_world_v2(p_streams, 10000);
        exit when not exists (
            select
            from {ledger}.world_head as h
            join {events}.mt_streams as t on t.id = h.stream
            where h.stream = any (p_streams)
              and h.cut_version is null
              and h.version < t.version);
    end loop;

    -- A branch waits for the rows of its ancestors, which may be in another page.
    for one in
        select t.id
        from {events}.mt_streams as t
        where t.id = any (p_streams)
          and t.version > 0
          and not exists (select from {ledger}.world_head as h where h.stream = t.id)
        order by t.id collate "C"
    loop
        while not {ledger}.world_catch_up_v2(one, 10000) loop
        end loop;
    end loop;

    return (select coalesce(sum(t.version), 0) from {events}.mt_streams as t where t.id = any (p_streams));
end
$function$;

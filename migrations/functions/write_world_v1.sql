-- Writes missing world rows of a run or branch for the daemon. A run that has rows is not locked, so that appends to it do not wait: its head is, which every other
-- function that writes rows of several events locks too, and an append that finds no row missing cannot meet. The head itself is made under the lock of the
-- stream alone, because masking looks for it there. An archived run is left to the questions about it: retention may be taking its events.
--   p_stream  the run or branch
--   p_limit   the most events of each stream
-- Result: whether no row is missing any more that this call could write.
create or replace function {ledger}.write_world_v1(p_stream text, p_limit bigint)
returns boolean
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    head record;
    last bigint;
begin
    if exists (select from {events}.mt_streams as t where t.id = p_stream and t.is_archived) then
        return true;
    end if;

    -- Without a lock: who holds the lock of a head must ask for none of a stream.
    select h.prefix, h.fault
    into head
    from {ledger}.world_head as h
    where h.stream = p_stream;
    if not found or head.prefix > 0 or head.fault = 'inherited' then
        return {ledger}.world_catch_up_v2(p_stream, p_limit);
    end if;

    select h.version, h.cut_version
    into head
    from {ledger}.world_head as h
    where h.stream = p_stream
    for no key update;
    if not found then
        return {ledger}.world_catch_up_v2(p_stream, p_limit);
    end if;

    -- A head that lacks nothing is left as it is: an append may be about to move it from where it found it.
    last := (select t.version from {events}.mt_streams as t where t.id = p_stream);
    if head.cut_version is not null or last is null or head.version >= last then
        return true;
    end if;

    perform {ledger}.fold_world_v2(array[p_stream], p_limit);
    return last <= head.version + p_limit;
end
$function$;

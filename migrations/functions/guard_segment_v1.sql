-- Refuses a branch that shares more events than its last ancestor has, because retention has removed them meanwhile: the trigger tr_branch_segment_checked.
-- Result: null, which a trigger after the row ignores.
create or replace function {ledger}.guard_segment_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
begin
    if exists (select from {events}.mt_streams as t where t.id = new.stream and t.version >= new.taken) then
        return null;
    end if;

    raise exception 'Branch ''%'' would share % events of ''%'', and it does not have as many any more. Nothing was written', new.branch, new.taken, new.stream
        using errcode = 'LG040';
end
$function$;
